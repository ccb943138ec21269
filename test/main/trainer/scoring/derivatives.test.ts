import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ACTIVATIONS } from '../../../../common/network.ts';
import { generator, uniforms } from '../../../../main/trainer/random.ts';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import type { ScoringExamples } from '../../../../main/trainer/scoring/derivatives.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import { DEPTHWISE, LENET, smallDataset } from '../session/small-runs.ts';
import { describeModel, scored, trainedValues, type Scored } from './scored.ts';

const dataset = smallDataset();
const CONV: NamedOptions = { name: 'conv-bn-relu', widths: [5, 6], strides: [1, 2] };
const EXAMPLES: ScoringExamples = { count: { total: 48 }, batchSize: 20 };

let engine: Engine;
let net: Scored;
let released = true;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 1 });
});
afterEach(() => {
  if (!released) net.release();
});
afterAll(() => engine?.dispose());

function open(model: NamedOptions, options: Parameters<typeof scored>[3] = {}): void {
  net = scored(engine, describeModel(model, dataset), dataset, options);
  released = false;
}

function close(): void {
  net.release();
  released = true;
}

/** All derivatives, by its kind. */
const kinds: Record<string, (masks?: { name: string; mask: Uint8Array }[]) => Map<string, Float64Array>> = {
  lossGradients: (masks = []) => net.derivatives.lossGradients(EXAMPLES, masks),
  hessianGradient: (masks = []) => net.derivatives.hessianGradient(EXAMPLES, 5, masks),
  synapticFlow: (masks = []) => net.derivatives.synapticFlow(masks),
};

test.each(Object.keys(kinds))('%s gives back all memory, and touches nothing of the training', (kind) => {
  open(DEPTHWISE, { pruned: 0.2 });
  const before = engine.liveHandles;
  const parameters = (): Float32Array[] =>
    net.network.parameters.map(({ name }) => net.state.readParameter(name));
  const values = parameters();
  kinds[kind]!();
  kinds[kind]!(net.layers);
  expect(engine.liveHandles).toBe(before);
  expect(engine.precision).toBe('float32');
  expect(parameters()).toEqual(values);
  close();
  expect(engine.liveHandles).toBe(0);
});

test.each(Object.keys(kinds))('%s: pruned weights have no derivative, others do', (kind) => {
  open(CONV, { pruned: 0.4 });
  for (const [name, values] of kinds[kind]!()) {
    const { mask } = net.layers.find((layer) => layer.name === name)!;
    expect(values).toHaveLength(mask.length);
    expect(values.every((value, index) => mask[index] === 1 || value === 0)).toBe(true);
    expect(values.some((value) => value !== 0)).toBe(true);
  }
});

test.each(Object.keys(kinds))('%s: masks that are not yet in force count as if they were', (kind) => {
  open(CONV, { pruned: 0.4 });
  const wanted = kinds[kind]!();
  const masks = net.layers.map(({ name, mask }) => ({ name, mask }));
  close();
  open(CONV);
  const whole = kinds[kind]!();
  const found = kinds[kind]!(masks);
  for (const [name, values] of wanted) {
    const norm = Math.hypot(...values);
    const distance = (from: Float64Array): number => Math.hypot(...values.map((x, i) => x - from[i]!)) / norm;
    expect(distance(found.get(name)!), name).toBeLessThan(1e-12);
    expect(distance(whole.get(name)!), name).toBeGreaterThan(1e-3);
  }
  // A layer that the masks leave out keeps the one in force.
  const [first] = masks;
  const partly = kinds[kind]!([first!]);
  expect(
    partly
      .get(first!.name)!
      .filter((_, index) => !first!.mask[index])
      .every((x) => x === 0),
  ).toBe(true);
});

test('the loss gradient over batches is the mean over all examples, where batch norm does not mix them', () => {
  open(LENET);
  const gradients = (batchSize: number) => net.derivatives.lossGradients({ ...EXAMPLES, batchSize }, []);
  const [parts, whole] = [gradients(20), gradients(48)];
  for (const [name, values] of whole)
    values.forEach((value, index) => expect(parts.get(name)![index]).toBeCloseTo(value, 12));
});

test('networks with dropout, gates, branches and pooling are scored', () => {
  open({
    name: 'layers',
    layers: [
      { layer: 'conv', channels: 6, size: 3 },
      { layer: 'batch-norm' },
      { layer: 'hard-swish' },
      { layer: 'dropout', rate: 0.3 },
      { layer: 'max-pool', size: 2, stride: 2 },
      {
        layer: 'residual',
        layers: [
          { layer: 'depthwise', size: 3 },
          { layer: 'relu6' },
          { layer: 'squeeze-excite', reduction: 1 },
          { layer: 'conv', channels: 6, size: 3, groups: 2 },
        ],
      },
      { layer: 'global-average-pool' },
      { layer: 'dense', units: 4 },
    ],
  });
  for (const kind of Object.keys(kinds)) {
    const derivatives = [...kinds[kind]!().values()];
    expect(derivatives.every((values) => values.every(Number.isFinite))).toBe(true);
    expect(
      derivatives.filter((values) => values.every((x) => x === 0)),
      kind,
    ).toEqual([]);
  }
  // The same draw of dropout at every call.
  expect(kinds['lossGradients']!()).toEqual(kinds['lossGradients']!());
});

test('the scales of batch norms are |γ|, and null where there is none', () => {
  open(CONV);
  const gamma = net.values.get('bn1.gamma')!;
  expect(gamma.some((x) => x < 0)).toBe(true);
  expect([...net.derivatives.normScales('conv1')!]).toEqual([...gamma].map(Math.abs));
  expect(net.derivatives.normScales('fc')).toBeNull();
});

/** Values without anything that is added: biases, β and running means are zero. */
function homogeneous(model: NamedOptions): Map<string, Float32Array> {
  const network = describeModel(model, dataset);
  const values = trainedValues(network);
  for (const { name, role } of network.parameters)
    if (role === 'bias' || role === 'beta' || role === 'mean') values.get(name)!.fill(0);
  return values;
}

test.each([
  ['dense', LENET],
  ['convolutional', CONV],
  ['depthwise', DEPTHWISE],
])(
  'conservation: the synaptic flow of each layer of a %s net adds up to the same, under any masks',
  (_, model) => {
    open(model, { values: homogeneous(model) });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (seed, kept) => {
          const masks = net.layers.map(({ name, weights }, index) => {
            const draw = uniforms(weights.length, generator(seed, 'masks', index));
            return { name, mask: Uint8Array.from(draw, (x) => Number(x < kept)) };
          });
          const flow = net.derivatives.synapticFlow(masks);
          const sums = net.layers.map(({ name, weights }) =>
            flow.get(name)!.reduce((sum, value, index) => sum + value * Math.abs(weights[index]!), 0),
          );
          for (const sum of sums) expect(Math.abs(sum - sums[0]!)).toBeLessThanOrEqual(1e-12 * sums[0]!);
        },
      ),
      { numRuns: 20 },
    );
  },
);

test('conservation: what flows into a hidden unit flows out of it', () => {
  open(LENET, { values: homogeneous(LENET), pruned: 0.5 });
  const flow = net.derivatives.synapticFlow([]);
  const scores = net.layers.map(({ name, weights }) =>
    flow.get(name)!.map((value, index) => value * Math.abs(weights[index]!)),
  );
  const [first, second] = net.layers;
  const [units, next] = [first!.shape[1]!, second!.shape[1]!];
  for (let unit = 0; unit < units; unit++) {
    const into = scores[0]!.reduce((sum, value, index) => sum + (index % units === unit ? value : 0), 0);
    const out = scores[1]!.subarray(unit * next, (unit + 1) * next).reduce((sum, value) => sum + value, 0);
    expect(out).toBeCloseTo(into, 9);
  }
});

/** A chain of every kind of node but the ones that branch, with an activation in every place that takes one, or none. */
function chain(activation: string | null): NamedOptions {
  const between = activation === null ? [] : [activation];
  return {
    name: 'layers',
    layers: [
      { layer: 'conv', channels: 6, size: 3 },
      { layer: 'batch-norm' },
      ...between,
      { layer: 'max-pool', size: 2 },
      { layer: 'depthwise', size: 3, bias: true },
      ...between,
      { layer: 'average-pool', size: 2 },
      'flatten',
      { layer: 'dense', units: 9 },
      ...between,
      'dense',
    ],
  };
}

/** The flow by layers, on values that have been trained or on others. */
function flowOf(model: NamedOptions, values?: Map<string, Float32Array>): Map<string, Float64Array> {
  open(model, values ? { values } : {});
  const flow = net.derivatives.synapticFlow([]);
  close();
  return flow;
}

test('ReLU is the identity of a synaptic flow', () => {
  expect(flowOf(chain('relu'), homogeneous(chain('relu')))).toEqual(
    flowOf(chain(null), homogeneous(chain(null))),
  );
});

test.each(ACTIVATIONS)(
  'the synaptic flow through %s is that through ReLU, at its end and its bend',
  (kind) => {
    const model = chain('relu');
    const values = trainedValues(describeModel(model, dataset));
    // Some channels are below zero, and most far above six.
    values.get('batch-norm1.mean')!.set([0, 100, 0.5]);
    const flow = flowOf(model, new Map(values));
    const [first] = flow.values();
    expect(first!.some((x) => x === 0)).toBe(true);
    expect(Math.max(...first!)).toBeGreaterThan(6);
    expect(flowOf(chain(kind), new Map(values))).toEqual(flow);
  },
);

test('conservation: a gate takes the half of what flows through the channels that it scales', () => {
  const model: NamedOptions = {
    name: 'layers',
    layers: [
      { layer: 'conv', channels: 6, size: 3 },
      { layer: 'batch-norm' },
      'hard-swish',
      { layer: 'squeeze-excite', name: 'gate1', reduction: 2 },
      { layer: 'depthwise', size: 3, stride: 2 },
      { layer: 'batch-norm' },
      'relu6',
      { layer: 'squeeze-excite', name: 'gate2', reduction: 2 },
      { layer: 'global-average-pool' },
      'dense',
    ],
  };
  open(model, { values: homogeneous(model), pruned: 0.3 });
  const flow = net.derivatives.synapticFlow([]);
  const sums = net.layers.map(({ name, weights }) => ({
    name,
    sum: flow.get(name)!.reduce((sum, value, index) => sum + value * Math.abs(weights[index]!), 0),
  }));
  const whole = sums.at(-1)!.sum;
  expect(whole).toBeGreaterThan(0);
  for (const { name, sum } of sums)
    expect(sum / whole, name).toBeCloseTo(name.startsWith('gate') ? 0.5 : 1, 12);
});
