import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { completeSpecification, type NamedOptions } from '../../common/run-specification.ts';
import { DEFAULT_THRESHOLDS } from '../../common/thresholds.ts';
import { checkpointToPyTorch } from '../../main/codec/pytorch-layout.ts';
import { TrainingSession } from '../../main/trainer/session/session.ts';
import { openEngine, type Engine } from '../../main/trainer/tensorflow/engine.ts';
import { benchFile } from '../children.ts';
import { randomImages } from '../our-trainer.ts';
import { below, type Measure } from '../result.ts';
import { environmentOf, findings, type Findings, type Setting } from './setting.ts';
import { failureOf, runLimited } from './processes.ts';

/**
 * Training steps on the device in float32, TF32 off, against PyTorch's: the same weights, masks, images. Both are compared with
 * PyTorch's float64 on the CPU, for two float32s differ by the order of their sums, and by how much depends on the network.
 */

/** Ours may be so many times as far from float64 as PyTorch's float32 is … */
const TIMES = 10;
/** … and so far in any case, of a tensor's norm: some last bits of float32 over a few steps. */
const ALLOWED = 1e-5;
/**
 * Of a deep network after several steps: one value of ReLU that is 1e-8 on one side and −1e-8 on the other moves a gradient by
 * thousandths (seen of either library on a CPU). Its first step is held to the stricter.
 */
const ALLOWED_BEHIND_KINKS = 2e-2;
const STEPS = 5;
const SEED = 3;
const RATE = 0.02;
const CIFAR: [number, number, number] = [32, 32, 3];

interface ParityCase {
  name: string;
  model: NamedOptions;
  imageShape: [number, number, number];
  batch: number;
  optimizer: NamedOptions;
  labelSmoothing?: number;
  clipping?: number;
  /** Whether over several steps a kink of ReLU is likely to be taken on another side. */
  deep?: boolean;
}

const SGD: NamedOptions = { name: 'sgd', momentum: 0.9, weightDecay: 5e-4 };

/** Every kind of layer, loss and optimizer at least once: dense, convolutions with strides, depthwise, gates, pools, batch norm, residuals. */
export const PARITY_CASES: readonly ParityCase[] = [
  {
    name: 'lenet-300-100-adam',
    model: { name: 'lenet-300-100' },
    imageShape: [28, 28, 1],
    batch: 64,
    optimizer: { name: 'adam', weightDecay: 5e-4 },
  },
  {
    name: 'lenet-5-adamw-clipped',
    model: { name: 'lenet-5' },
    imageShape: [28, 28, 1],
    batch: 64,
    optimizer: { name: 'adamw', weightDecay: 0.05 },
    clipping: 1,
  },
  {
    name: 'depthwise-separable-nesterov',
    model: { name: 'depthwise-separable', stem: 16, widths: [32, 64, 64], strides: [1, 2, 1] },
    imageShape: [28, 28, 1],
    batch: 16,
    optimizer: { ...SGD, nesterov: true },
  },
  {
    name: 'resnet-20-sgd-smoothed',
    model: { name: 'resnet-20' },
    imageShape: CIFAR,
    batch: 16,
    optimizer: SGD,
    labelSmoothing: 0.1,
    deep: true,
  },
];

const rateOf = ({ optimizer }: ParityCase): number => (optimizer.name === 'sgd' ? RATE : RATE / 20);

const told = z.object({
  torch: z.string(),
  cases: z.array(
    z.object({
      name: z.string(),
      steps: z.array(
        z.object({ steps: z.number(), tensor: z.string(), ours: z.number(), theirs: z.number() }),
      ),
      losses: z.array(z.number()),
      theirLosses: z.array(z.number()),
    }),
  ),
});

export async function checkParity(setting: Setting): Promise<Findings> {
  const engine = openEngine({ device: setting.device === 'gpu' ? 'gpu:0' : 'cpu' });
  const losses = new Map<string, number[]>();
  try {
    const cases = PARITY_CASES.map((found) =>
      trainCase(engine, { ...found, batch: setting.quick ? 4 : found.batch }, setting.folder, losses),
    );
    writeFileSync(join(setting.folder, 'cases.json'), JSON.stringify(cases));
  } finally {
    engine.dispose();
  }
  const ended = await runLimited(
    setting.python,
    [benchFile('pytorch_parity.py'), setting.folder, setting.device === 'gpu' ? 'cuda' : 'cpu'],
    { limitSeconds: 150, env: environmentOf(setting.device, setting.quick ? { OMP_NUM_THREADS: '1' } : {}) },
  );
  const failure = failureOf(ended);
  if (failure !== null) throw new Error(`PyTorch’s side: ${failure}`);
  const { cases } = told.parse(JSON.parse(ended.lines.at(-1)!));
  return findings({ measures: cases.flatMap((found) => measuresOf(found, losses.get(found.name)!)) });
}

/** Trains our side, leaves its weights in the folder, and answers with what PyTorch is to be told. */
function trainCase(
  engine: Engine,
  found: ParityCase,
  folder: string,
  losses: Map<string, number[]>,
): Record<string, unknown> {
  const dataset = randomImages({ ...found, steps: 1 });
  const specification = completeSpecification({
    dataset: { name: 'random' },
    model: found.model,
    batchSize: found.batch,
    epochs: STEPS,
    optimizer: found.optimizer,
    loss: { name: 'cross-entropy', labelSmoothing: found.labelSmoothing ?? 0 },
    gradientClipping: found.clipping === undefined ? null : { name: 'norm', maximum: found.clipping },
    learningRate: { name: 'constant', rate: rateOf(found) },
    pruning: {
      criterion: { name: 'random' },
      granularity: { name: 'weight' },
      distribution: { name: 'uniform' },
      schedule: { name: 'one-shot', epoch: 0 },
      layers: { kinds: [], names: [], except: [] },
      sparsity: 0.5,
    },
    retraining: { name: 'none' },
    thresholds: [...DEFAULT_THRESHOLDS],
    referenceEpoch: 0,
  });
  const session = new TrainingSession(engine, specification, dataset, SEED);
  const { network } = session;
  const weights: Record<string, string> = {};
  const save = (steps: number): void => {
    const name = `${found.name}-${steps}.safetensors`;
    writeFileSync(join(folder, name), checkpointToPyTorch(network, session.checkpoint()));
    weights[steps] = name;
  };
  session.pruneIfPlanned();
  save(0);
  const own: number[] = [];
  // An epoch is one step over the same batch.
  for (let step = 1; step <= STEPS; step++) {
    own.push(session.trainEpoch(() => undefined).loss);
    if (step === 1 || step === STEPS) save(step);
  }
  session.dispose();
  losses.set(found.name, own);
  const images = `${found.name}.bytes`;
  writeFileSync(join(folder, images), dataset.train.images);
  return {
    name: found.name,
    nodes: network.nodes,
    kernelSizes: Object.fromEntries(network.layers.map(({ name, shape }) => [name, shape.slice(0, -2)])),
    inputShape: network.inputShape,
    images,
    labels: [...dataset.train.labels],
    mean: dataset.mean,
    deviation: dataset.standardDeviation,
    weights,
    optimizer: found.optimizer,
    rate: rateOf(found),
    labelSmoothing: found.labelSmoothing ?? 0,
    clipping: found.clipping ?? null,
  };
}

type ToldCase = z.infer<typeof told>['cases'][number];

/** Error ÷ what is allowed of it: of the weights after one step and after all, and of the losses. */
function measuresOf({ name, steps, losses, theirLosses }: ToldCase, own: readonly number[]): Measure[] {
  const deep = PARITY_CASES.find((found) => found.name === name)!.deep ?? false;
  const allowedAfter = (count: number): number => (deep && count > 1 ? ALLOWED_BEHIND_KINKS : ALLOWED);
  const weights = steps.map((step) =>
    below(
      `parity-${name}-after-${step.steps}`,
      `error of our weights after ${step.steps} steps against float64 ÷ what is allowed: ${TIMES} × PyTorch’s own in float32, at least ${allowedAfter(step.steps)}`,
      'ratio',
      step.ours / Math.max(TIMES * step.theirs, allowedAfter(step.steps)),
      1,
      { ...step },
    ),
  );
  const error = (values: readonly number[]): number =>
    Math.max(...losses.map((exact, index) => Math.abs(values[index]! - exact) / Math.abs(exact)));
  const loss = below(
    `parity-${name}-losses`,
    `the same of the losses of all steps, relative`,
    'ratio',
    error(own) / Math.max(TIMES * error(theirLosses), allowedAfter(STEPS)),
    1,
    { ours: own, theirs: theirLosses, float64: losses },
  );
  return [...weights, loss];
}
