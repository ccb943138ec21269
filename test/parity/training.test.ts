import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeSafetensors, float32Of, type SafetensorsFile } from '../../main/codec/safetensors.ts';
import type { NamedOptions } from '../../common/run-specification.ts';
import { drawMixture } from '../../main/trainer/loss/mixup.ts';
import { optimizers } from '../../main/trainer/optimization/optimizers/registry.ts';
import { openEngine, type Engine } from '../../main/trainer/tensorflow/engine.ts';
import {
  BATCH,
  SmallTraining,
  smallBatch,
  smallImages,
  smallMask,
  smallNetwork,
  smallParameters,
  STANDARDIZATION,
} from '../main/trainer/steps/small-network.ts';

/**
 * Steps of every optimizer, loss, clipping and averaging against PyTorch, both in float64, with a pruning in between. A
 * golden file stands in where CASCADE_PYTHON is absent; CASCADE_PARITY_GOLDEN=write makes it anew.
 */
const python = process.env['CASCADE_PYTHON'];
const golden = join(import.meta.dirname, 'golden', 'training.safetensors');

const STEPS = 24;
const PRUNED_AFTER = 10;
const SEED = 11;
const MIXUP = 0.4;
/** Of each tensor's norm; what is compared was rounded to float32 on either side. */
const TOLERANCE = 1e-6;

interface TrainingCase {
  name: string;
  optimizer: NamedOptions;
  loss?: NamedOptions;
  gradientClipping?: NamedOptions;
  averaging?: NamedOptions;
}

const SGD: NamedOptions = { name: 'sgd', momentum: 0.9, weightDecay: 2e-3 };
const cases: readonly TrainingCase[] = [
  { name: 'sgd', optimizer: SGD },
  { name: 'nesterov', optimizer: { ...SGD, nesterov: true } },
  { name: 'adam', optimizer: { name: 'adam', weightDecay: 2e-3 } },
  { name: 'adamw', optimizer: { name: 'adamw', weightDecay: 0.3, beta1: 0.8, beta2: 0.95 } },
  {
    name: 'adamw-kernels',
    optimizer: { name: 'adamw', weightDecay: 0.3, decayBatchNorm: false, decayBiases: false },
  },
  { name: 'clipped-norm', optimizer: SGD, gradientClipping: { name: 'norm', maximum: 0.6 } },
  { name: 'clipped-value', optimizer: SGD, gradientClipping: { name: 'value', maximum: 0.02 } },
  { name: 'averaged', optimizer: SGD, averaging: { name: 'exponential', decay: 0.9 } },
  { name: 'smoothed', optimizer: SGD, loss: { name: 'cross-entropy', labelSmoothing: 0.1 } },
  { name: 'mixed', optimizer: SGD, loss: { name: 'cross-entropy', mixup: MIXUP } },
  {
    name: 'everything',
    optimizer: { name: 'adamw', weightDecay: 0.1 },
    loss: { name: 'cross-entropy', labelSmoothing: 0.2, mixup: MIXUP },
    gradientClipping: { name: 'norm', maximum: 0.3 },
    averaging: { name: 'exponential', decay: 0.8 },
  },
];

const network = smallNetwork();
const rateOf = ({ optimizer }: TrainingCase, step: number): number =>
  (optimizer.name === 'sgd' ? 0.1 : 0.01) / (1 + step / 10);

let engine: Engine;
let theirs: SafetensorsFile;
let folder: string | null = null;

beforeAll(() => {
  engine = openEngine({ device: 'cpu', precision: 'float64' });
  theirs = reference();
});
afterAll(() => {
  engine?.dispose();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

function reference(): SafetensorsFile {
  if (!python) return decodeSafetensors(readFileSync(golden));
  folder = mkdtempSync(join(tmpdir(), 'cascade-training-'));
  const { images, labels } = smallImages();
  const masks = Object.fromEntries(
    network.layers.map(({ kernel }, index) => [kernel, [...smallMask(network, index)]]),
  );
  writeFileSync(
    join(folder, 'cases.json'),
    JSON.stringify({
      network,
      parameters: Object.fromEntries([...smallParameters()].map(([name, values]) => [name, [...values]])),
      images: [...images],
      labels: [...labels],
      mean: STANDARDIZATION.mean[0],
      deviation: STANDARDIZATION.deviation[0],
      cases: cases.map((found) => ({ loss: {}, ...found, masks, steps: stepsOf(found) })),
    }),
  );
  execFileSync(python, [join(import.meta.dirname, 'training_reference.py'), folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const result = join(folder, 'result.safetensors');
  if (process.env['CASCADE_PARITY_GOLDEN'] === 'write') copyFileSync(result, golden);
  return decodeSafetensors(readFileSync(result));
}

function stepsOf(found: TrainingCase) {
  return Array.from({ length: STEPS }, (_, index) => {
    const step = index + 1;
    const mixture = found.loss?.['mixup'] ? drawMixture(MIXUP, BATCH, SEED, step) : null;
    return {
      rate: rateOf(found, step),
      indices: [...smallBatch(step)],
      prune: step === PRUNED_AFTER,
      ...(mixture ? { share: mixture.share, partners: [...mixture.partners] } : {}),
    };
  });
}

describe.each(cases)('$name', (found) => {
  test(`${STEPS} steps and a pruning agree with PyTorch`, () => {
    const ours = new SmallTraining({
      ...found,
      engine,
      network,
      optimizer: optimizers.open(found.optimizer),
      standardization: STANDARDIZATION,
      seed: SEED,
    });
    for (let step = 1; step <= STEPS; step++) {
      ours.run(step, rateOf(found, step));
      if (step === PRUNED_AFTER) ours.prune();
    }
    const wanted = new Map(
      [...theirs.tensors]
        .filter(([name]) => name.startsWith(`${found.name}/`))
        .map(([name, tensor]) => [name.slice(found.name.length + 1), float32Of(tensor)]),
    );
    const totals = wanted.get('totals')!;
    wanted.delete('totals');
    const values = ours.values;
    expect([...values.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [name, tensor] of wanted) {
      const difference = values.get(name)!.map((value, index) => value - tensor[index]!);
      expect(Math.hypot(...difference) / Math.hypot(...tensor), `difference of ${name}`).toBeLessThan(
        TOLERANCE,
      );
    }
    network.layers.forEach(({ kernel }, layer) => {
      const mask = smallMask(network, layer);
      const tensors = [...values].filter(([name]) => name.endsWith(kernel));
      expect(tensors.length).toBeGreaterThan(1);
      for (const [name, tensor] of tensors)
        expect(
          tensor.filter((value, index) => !mask[index] && value !== 0),
          `pruned weights in ${name}`,
        ).toHaveLength(0);
    });
    ours.totals.forEach((total, index) => expect(total).toBeCloseTo(totals[index]!, 3));
    ours.dispose();
  });
});

test('no case is another by accident: what sets it apart took effect', () => {
  const lastOf = (name: string): string => [...float32Of(theirs.tensors.get(`${name}/last.weight`)!)].join();
  // Averages leave the weights that train alone.
  const others = cases.filter(({ name }) => name !== 'averaged').map(({ name }) => lastOf(name));
  expect(new Set(others).size).toBe(others.length);
  expect(lastOf('averaged')).toBe(lastOf('sgd'));
});
