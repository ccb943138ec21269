import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CascadeError } from '../../../../common/errors.ts';
import { channelOf } from '../../../../common/network.ts';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import { NetworkBuilder } from '../../../../main/trainer/network/builder.ts';
import { initialParameters } from '../../../../main/trainer/network/initialization.ts';
import { criteria } from '../../../../main/trainer/pruning/criteria/registry.ts';
import { scaledScores } from '../../../../main/trainer/pruning/criteria/scaled-scores.ts';
import { prune } from '../../../../main/trainer/pruning/prune.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import { describeModel, scored, SEED, trainedValues, type Scored } from '../scoring/scored.ts';
import { LENET, smallDataset } from '../session/small-runs.ts';
import { moment, pruning } from './layers.ts';

const dataset = smallDataset();
const CONV: NamedOptions = { name: 'conv-bn-relu', widths: [5, 6], strides: [1, 2] };
const GRADIENTS = ['saliency', 'snip', 'grasp', 'synflow'];

let engine: Engine;
let net: Scored | null = null;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 1 });
});
afterEach(() => {
  net?.release();
  net = null;
});
afterAll(() => engine?.dispose());

function open(model: NamedOptions, options: Parameters<typeof scored>[3] = {}): Scored {
  return (net = scored(engine, describeModel(model, dataset), dataset, options));
}

function scoresOf(criterion: string, from: Scored, options: object = {}): Map<string, Float32Array> {
  return criteria.open({ name: criterion, ...options }).scores(from.context);
}

const all = (scores: ReadonlyMap<string, Float32Array>): number[] =>
  [...scores.values()].flatMap((x) => [...x]);
const norm = (values: Iterable<number>): number => Math.hypot(...values);

describe.each(GRADIENTS)('%s', (criterion) => {
  test('scores every weight with a finite number, pruned ones with zero', () => {
    const { layers } = open(CONV, { pruned: 0.3 });
    const scores = scoresOf(criterion, net!);
    expect([...scores.keys()]).toEqual(layers.map(({ name }) => name));
    for (const { name, mask, weights } of layers) {
      const values = scores.get(name)!;
      expect(values).toHaveLength(weights.length);
      expect(values.every(Number.isFinite)).toBe(true);
      expect(values.every((score, index) => mask[index] === 1 || score === 0)).toBe(true);
    }
    expect(Math.max(...all(scores).map(Math.abs))).toBeLessThanOrEqual(1);
  });

  test('scores finitely where float32 would overflow', () => {
    const builder = new NetworkBuilder('deep', [8, 8, 1], 4, { minimum: -2, maximum: 2 });
    for (let depth = 1; depth <= 14; depth++) builder.dense(`fc${depth}`, 20).relu(`relu${depth}`);
    const network = builder.dense('head', 4).build();
    const values = initialParameters(network, SEED);
    // Activations grow a thousandfold in each layer: 10⁴² and more at the end.
    for (const { kernel } of network.layers)
      values.set(
        kernel,
        values.get(kernel)!.map((w) => 1000 * w),
      );
    net = scored(engine, network, dataset, { values });
    const found = all(scoresOf(criterion, net));
    expect(found.every(Number.isFinite)).toBe(true);
    expect(found.some((score) => score !== 0)).toBe(true);
    const derivatives = net.derivatives.synapticFlow([]).values();
    expect(Math.max(...[...derivatives].flatMap((x) => [...x]))).toBeGreaterThan(3.5e38);
  });

  test('is refused in words where nothing flows at all, and ranks nothing where that comes of pruning', () => {
    const network = describeModel(CONV, dataset);
    const values = trainedValues(network);
    for (const { name, role } of network.parameters)
      if (role === 'gamma') values.get(name)!.fill(0);
      else if (role === 'beta') values.get(name)!.fill(criterion === 'synflow' ? 0 : -1);
    net = scored(engine, network, dataset, { values });
    let refusal: unknown;
    try {
      scoresOf(criterion, net);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(CascadeError);
    expect(refusal).toMatchObject({
      code: 'BAD_SCORES',
      message: expect.stringMatching(/Every score is zero/),
    });
    for (const { mask } of net.layers) mask[0] = 0;
    expect(all(scoresOf(criterion, net)).every((score) => score === 0)).toBe(true);
  });

  test('diverged weights are refused', () => {
    const network = describeModel(LENET, dataset);
    const values = trainedValues(network);
    values.get('fc2.weight')![5] = NaN;
    net = scored(engine, network, dataset, { values });
    const before = engine.liveHandles;
    expect(() => scoresOf(criterion, net!)).toThrow(/not finite numbers/);
    expect(engine.liveHandles).toBe(before);
  });
});

test('SNIP’s scores add up to 1, and rank as saliency does on the same examples', () => {
  open(CONV);
  const examples = { examples: 64, batchSize: 64 };
  const snip = all(scoresOf('snip', net!, examples));
  const saliency = all(scoresOf('saliency', net!, examples));
  expect(snip.reduce((sum, score) => sum + score)).toBeCloseTo(1, 6);
  const factor = snip[0]! / saliency[0]!;
  snip.forEach((score, index) => expect(score).toBeCloseTo(factor * saliency[index]!, 8));
});

test('so many examples of each class are other ones than a draw that looks at no class', () => {
  open(CONV);
  expect(scoresOf('snip', net!, { perClass: 3 })).not.toEqual(scoresOf('snip', net!, { examples: 12 }));
});

test('GraSP’s lowest scores are the weights without which the gradient flow is greatest', () => {
  const network = describeModel(CONV, dataset);
  const examples = { count: { perClass: 5 }, batchSize: 64 };
  const options = { perClass: 5, batchSize: 64, temperature: 1 };
  net = scored(engine, network, dataset);
  const { derivatives, layers, state } = net;
  const flow = (): number =>
    [...derivatives.lossGradients(examples, []).values()].reduce((sum, x) => sum + norm(x) ** 2, 0);
  const scores = scoresOf('grasp', net, options);
  const products = derivatives.hessianGradient(examples, 1, []);
  const before = flow();
  for (const { name, weights } of layers) {
    const { kernel } = network.layers.find((layer) => layer.name === name)!;
    const own = scores.get(name)!;
    const ranked = [...own.keys()].sort((a, b) => own[a]! - own[b]!);
    for (const index of [ranked[0]!, ranked.at(-1)!]) {
      // A step towards removal. The change of ‖g‖² is 2·(Hg) times that of the weight: the paper's S(−θ), but for the 2.
      const moved = weights.slice();
      moved[index] = weights[index]! * (1 - 2 ** -14);
      state.writeParameter(kernel, moved);
      const change = flow() - before;
      state.writeParameter(kernel, weights);
      expect(Math.sign(change), `${name}[${index}]`).toBe(-Math.sign(own[index]!));
      const slope = change / (moved[index]! - weights[index]!);
      expect(slope / (2 * products.get(name)![index]!), `${name}[${index}]`).toBeCloseTo(1, 2);
    }
  }
});

test('SynFlow’s scores of a small net, by hand', () => {
  const network = new NetworkBuilder('hand', [1, 1, 2], 2, { minimum: -1, maximum: 1 })
    .dense('fc1', 2)
    .relu('relu1')
    .dense('fc2', 2)
    .build();
  const values = new Map([
    ['fc1.weight', Float32Array.of(1, -2, 3, 4)],
    ['fc1.bias', Float32Array.of(-1, 0)],
    ['fc2.weight', Float32Array.of(-1, 2, 5, 1)],
    ['fc2.bias', Float32Array.of(7, 7)],
  ]);
  const colours = { ...dataset, imageShape: [1, 1, 2] as [number, number, number] };
  colours.train = { ...dataset.train, images: dataset.train.images.slice(0, 200), count: 100 };
  net = scored(engine, network, colours, { values });
  // R = |fc2|ᵀ·(|fc1|ᵀ·1 + |b|) + …: the hidden units are 1 + 3 + 1 = 5 and 2 + 4 = 6, their ways out weigh 3 and 6.
  const scores = scoresOf('synflow', net);
  const largest = 30;
  const scaled = (name: string): number[] => [...scores.get(name)!].map((score) => score * largest);
  expect(scaled('fc1').map((x) => Math.round(x * 1e5) / 1e5)).toEqual([3, 12, 9, 24]);
  expect(scaled('fc2').map((x) => Math.round(x * 1e5) / 1e5)).toEqual([5, 10, 30, 6]);
});

test('rounds: a hundred of SynFlow, one of SNIP, as many as asked', () => {
  const rounds = (name: string, options: object = {}) =>
    criteria.open({ name, ...options }).scoringRounds?.() ?? 1;
  expect(['random', 'magnitude', 'saliency', 'snip', 'grasp', 'synflow'].map((name) => rounds(name))).toEqual(
    [1, 1, 1, 1, 1, 100],
  );
  expect([rounds('synflow', { iterations: 7 }), rounds('snip', { iterations: 300 })]).toEqual([7, 300]);
});

test('SynFlow keeps every layer alive where magnitude and one round of SynFlow empty some', () => {
  const widths = [8, 64, 64, 8, 64];
  const from = open(
    { name: 'conv-bn-relu', widths, strides: [1, 2, 1, 1, 1] },
    {
      values: initialParameters(
        describeModel({ name: 'conv-bn-relu', widths, strides: [1, 2, 1, 1, 1] }, dataset),
        SEED,
      ),
    },
  );
  const collapsed = (criterion: string | NamedOptions): string[] =>
    prune(
      pruning({ criterion, sparsity: 0.999 }),
      from.layers,
      moment(0.999, { derivatives: from.derivatives }),
    ).collapsed;
  expect(collapsed('magnitude')).not.toEqual([]);
  expect(collapsed({ name: 'synflow', iterations: 1 })).not.toEqual([]);
  expect(collapsed('synflow')).toEqual([]);
});

/** Layers that a pruning empties of a network as it is at initialisation. */
function emptied(model: NamedOptions, criterion: string, sparsity: number): string[] {
  const images = { ...dataset, imageShape: [16, 16, 3] as [number, number, number] };
  images.train = { ...dataset.train, images: new Uint8Array(16 * 16 * 3 * 100) };
  const network = describeModel(model, images);
  net?.release();
  const from = (net = scored(engine, network, images, { values: initialParameters(network, SEED) }));
  return prune(
    pruning({ criterion, sparsity }),
    from.layers,
    moment(sparsity, { derivatives: from.derivatives }),
  ).collapsed;
}

test('SynFlow keeps every layer of a chain of ReLU6, hard-swish and gates alive at a thousandth of the weights', () => {
  const stage = (channels: number): unknown[] => [
    { layer: 'conv', channels, size: 1 },
    { layer: 'batch-norm' },
    'relu6',
    { layer: 'depthwise', size: 3 },
    { layer: 'batch-norm' },
    'hard-swish',
    { layer: 'squeeze-excite', reduction: 4 },
  ];
  const layers = [...[64, 128, 128, 256, 256].flatMap(stage), 'global-average-pool', 'dense'];
  const chain = { name: 'layers', layers };
  expect(emptied(chain, 'magnitude', 0.999)).not.toEqual([]);
  expect(emptied(chain, 'synflow', 0.999)).toEqual([]);
});

describe.each(['mobilenet-v2', 'mobilenet-v3-small'])('SynFlow on %s', (name) => {
  const model = { name, width: 0.5 };

  test('keeps every layer alive at a tenth of the weights', () => {
    expect(emptied(model, 'magnitude', 0.9)).not.toEqual([]);
    expect(emptied(model, 'synflow', 0.9)).toEqual([]);
  });

  test('empties nothing at a hundredth of them but whole blocks that a shortcut leads past', () => {
    const blockOf = (layer: string): string => layer.split('.').slice(0, 2).join('.');
    const layers = emptied(model, 'synflow', 0.99);
    const { nodes, layers: all } = net!.network;
    const passed = new Set(
      nodes.filter(({ operation }) => operation === 'add').map((node) => blockOf(node.name)),
    );
    const blocks = new Set(layers.map(blockOf));
    expect([...blocks].filter((block) => !passed.has(block))).toEqual([]);
    expect(layers).toEqual(all.map((layer) => layer.name).filter((layer) => blocks.has(blockOf(layer))));
    // Magnitudes cut the network off at layers that nothing leads past.
    expect(emptied(model, 'magnitude', 0.99).some((layer) => !passed.has(blockOf(layer)))).toBe(true);
  });
});

describe('batch-norm-scale', () => {
  const criterion = criteria.open({ name: 'batch-norm-scale' });

  test('scores each weight by |γ| of its output channel, of depthwise layers too', () => {
    open({ name: 'depthwise-separable', stem: 6, widths: [8], strides: [1] });
    const layers = net!.layers.filter(({ name }) => name !== 'fc');
    const scores = criterion.scores({ ...net!.context, layers });
    for (const { name } of layers) {
      const layer = net!.network.layers.find((each) => each.name === name)!;
      const gamma = net!.values.get(`${name}-bn.gamma`)!;
      scores
        .get(name)!
        .forEach((score, index) => expect(score).toBe(Math.abs(gamma[channelOf(layer, index)]!)));
    }
  });

  test('refuses layers without a batch norm behind them, by name', () => {
    const { network, context } = open(CONV);
    expect(criterion.refusal!(network, network.layers)).toMatch(
      /there is none behind fc: leave it out with layers\.except/,
    );
    expect(criterion.refusal!(network, network.layers.slice(0, 2))).toBeNull();
    expect(() => criterion.scores(context)).toThrow(/none behind fc/);
  });
});

test('scaled scores keep their order from the largest float64 to the least float32', () => {
  const layer = { name: 'a', kind: 'dense' as const, shape: [4], index: 0, weights: new Float32Array(4) };
  const raw = Float64Array.of(1e300, 1e280, 1e262, 1e200);
  const scores = scaledScores([{ ...layer, mask: new Uint8Array(4).fill(1) }], 'largest', () => raw).get(
    'a',
  )!;
  expect(scores[0]).toBe(1);
  expect(scores[1]).toBeCloseTo(1e-20, 25);
  expect(scores[2]).toBeGreaterThan(0);
  expect(scores[3]).toBe(0);
});
