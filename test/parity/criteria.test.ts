import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pyTorchName, pyTorchOrder } from '../../main/codec/pytorch-layout.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsTensor,
} from '../../main/codec/safetensors.ts';
import { generator } from '../../main/trainer/random.ts';
import type { NamedOptions } from '../../common/run-specification.ts';
import { criteria } from '../../main/trainer/pruning/criteria/registry.ts';
import { drawExamples } from '../../main/trainer/scoring/examples.ts';
import type { ScoringExamples } from '../../main/trainer/scoring/derivatives.ts';
import { openEngine, type Engine } from '../../main/trainer/tensorflow/engine.ts';
import { COUNTERS, describeModel, scored, SEED, type Scored } from '../main/trainer/scoring/scored.ts';
import { smallDataset } from '../main/trainer/session/small-runs.ts';
import { gatedBlock } from '../main/trainer/pruning/gated-block.ts';

/**
 * The scores of a half-trained, partly pruned net here, by a float32 engine that scores in float64, and in PyTorch's
 * float64. CASCADE_PYTHON names a Python with PyTorch; without one, golden files that criteria.py made stand in.
 * CASCADE_PARITY_GOLDEN=write makes them anew.
 */
const python = process.env['CASCADE_PYTHON'];
const golden = join(import.meta.dirname, 'golden');
/** Of a tensor's norm: the scores are rounded to float32, while the derivatives are not. */
const TOLERANCE = 1e-6;

const dataset = smallDataset();
/** Two batches of different sizes, with examples of each class. */
const examples = { count: { perClass: 10 }, batchSize: 24 } satisfies ScoringExamples;
const TEMPERATURE = 200;
const drawn = { perClass: 10, batchSize: 24 };

const cases: readonly { name: string; model: NamedOptions }[] = [
  { name: 'conv', model: { name: 'conv-bn-relu', widths: [6, 8, 8], strides: [1, 2, 1] } },
  { name: 'depthwise', model: { name: 'depthwise-separable', stem: 6, widths: [8, 10], strides: [1, 2] } },
  {
    name: 'gated',
    model: {
      name: 'layers',
      layers: [
        { layer: 'conv', channels: 6, size: 3 },
        { layer: 'batch-norm' },
        'relu6',
        gatedBlock(4),
        { layer: 'conv', channels: 8, size: 3, stride: 2 },
        { layer: 'batch-norm' },
        'swish',
        { layer: 'global-average-pool' },
        { layer: 'dense', units: 10 },
        'hard-swish',
        'dense',
      ],
    },
  },
];

let engine: Engine;
const folders: string[] = [];
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 1 });
});
afterAll(() => {
  engine?.dispose();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** What PyTorch computes, by 'criterion/layer', in our layout. */
function reference(name: string, { network, values }: Scored): Map<string, Float64Array> {
  const file = join(golden, `criteria-${name}.safetensors`);
  let result = file;
  if (python) {
    const folder = mkdtempSync(join(tmpdir(), 'cascade-criteria-'));
    folders.push(folder);
    const tensors = network.parameters.map((parameter): [string, SafetensorsTensor] => {
      const layer = network.layers.find(({ kernel }) => kernel === parameter.name);
      const { shape, order } = layer ? pyTorchOrder(layer) : { shape: parameter.shape, order: null };
      const ours = values.get(parameter.name)!;
      const theirs = order ? Float32Array.from(order, (index) => ours[index]!) : ours.slice();
      return [pyTorchName(parameter), { dtype: 'F32', shape, bytes: new Uint8Array(theirs.buffer) }];
    });
    writeFileSync(
      join(folder, 'state.safetensors'),
      encodeSafetensors({ metadata: {}, tensors: new Map(tensors) }),
    );
    writeFileSync(join(folder, 'images.bin'), dataset.train.images);
    writeFileSync(join(folder, 'labels.bin'), dataset.train.labels);
    const random = generator(SEED, 'scoring examples', ...COUNTERS);
    const batches = drawExamples(dataset.train.labels, examples, random).map((batch) => [...batch]);
    writeFileSync(join(folder, 'batches.json'), JSON.stringify(batches));
    const { imageShape, mean, standardDeviation } = dataset;
    writeFileSync(
      join(folder, 'case.json'),
      JSON.stringify({ network, imageShape, mean, standardDeviation, temperature: TEMPERATURE }),
    );
    execFileSync(python, [join(import.meta.dirname, 'criteria.py'), folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    result = join(folder, 'result.safetensors');
    if (process.env['CASCADE_PARITY_GOLDEN'] === 'write') copyFileSync(result, file);
  }
  const layers = new Map(network.layers.map((layer) => [layer.name, pyTorchOrder(layer).order]));
  return new Map(
    [...decodeSafetensors(readFileSync(result)).tensors].map(([key, { dtype, bytes }]) => {
      expect(dtype).toBe('F64');
      const theirs = new Float64Array(bytes.slice().buffer);
      const ours = new Float64Array(theirs.length);
      layers.get(key.split('/')[1]!)!.forEach((index, position) => (ours[index] = theirs[position]!));
      return [key, ours];
    }),
  );
}

/** Of all layers together, so that the relation between them counts. */
function concatenated(scores: ReadonlyMap<string, ArrayLike<number>>, layers: readonly string[]): number[] {
  return layers.flatMap((name) => Array.from(scores.get(name)!));
}

const norm = (values: readonly number[]): number => Math.hypot(...values);

describe.each(cases)('$name', ({ name, model }) => {
  let net: Scored;
  let theirs: Map<string, Float64Array>;
  beforeAll(() => {
    net = scored(engine, describeModel(model, dataset), dataset, { pruned: 0.3 });
    theirs = reference(name, net);
  });
  afterAll(() => net.release());

  const layerNames = (): string[] => net.layers.map((layer) => layer.name);
  const wanted = (criterion: string): Map<string, Float64Array> =>
    new Map(layerNames().map((layer) => [layer, theirs.get(`${criterion}/${layer}`)!]));

  test.each([
    ['saliency', drawn],
    ['snip', drawn],
    ['grasp', { ...drawn, temperature: TEMPERATURE }],
    ['synflow', {}],
  ])('the scores of %s are PyTorch’s', (criterion, options) => {
    const scores = criteria.open({ name: criterion, ...options }).scores(net.context);
    const [ours, reference] = [scores, wanted(criterion)].map((each) => concatenated(each, layerNames()));
    // All but SNIP's are only proportional: their largest is 1.
    const largest = criterion === 'snip' ? 1 : Math.max(...reference!.map(Math.abs));
    const difference = norm(ours!.map((value, index) => value - reference![index]! / largest));
    expect((difference * largest) / norm(reference!)).toBeLessThan(TOLERANCE);
    if (criterion === 'snip') expect(ours!.reduce((sum, value) => sum + value)).toBeCloseTo(1, 6);
  });

  test('the product of Hessian and gradient is that of double backward', () => {
    const products = net.derivatives.hessianGradient(examples, TEMPERATURE, net.layers);
    for (const layer of layerNames()) {
      const exact = [...theirs.get(`hessian-gradient/${layer}`)!];
      const difference = norm(exact.map((value, index) => value - products.get(layer)![index]!));
      expect(difference / norm(exact), layer).toBeLessThan(1e-12);
    }
  });
});
