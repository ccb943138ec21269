import { generator, integer, uniforms } from '../../main/trainer/random.ts';
import type { NamedOptions, RunSpecification } from '../../common/run-specification.ts';
import type { Dataset, Split } from '../../main/trainer/data/dataset.ts';
import { epochBatches } from '../../main/trainer/session/batches.ts';
import { pruningAfter, specification } from '../main/trainer/session/small-runs.ts';

/** What is done to a network, for the reference to do as well, one thing after another. */
export type Operation =
  | ['step', rate: number, indices: number[]]
  | ['keep']
  | ['prune', weights: number]
  | ['rewind']
  | ['record', name: string];

export interface PrunedTrainingCase {
  name: string;
  dataset: Dataset;
  specification: RunSpecification;
  /** What the run has to come to, worked out from the papers' words. `weights`: of all prunable layers. */
  operations(weights: number): Operation[];
  /** Epochs after whose steps (and before whose pruning) the reference records, by the name of the record. */
  records: Record<string, number>;
  /** Whether the golden file holds every number, or norms and projections. */
  whole: boolean;
}

export const SEED = 6;

function noise(name: string, side: number, channels: number, count: number): Dataset {
  const split = (purpose: string, size: number): Split => {
    const random = generator(SEED, `${name} ${purpose}`);
    const labels = Int32Array.from({ length: size }, () => integer(10, random));
    const images = Uint8Array.from(uniforms(size * side * side * channels, random), (x) => 256 * x);
    return { images, labels, count: size };
  };
  return {
    name,
    imageShape: [side, side, channels],
    classes: 10,
    train: split('train', count),
    validation: null,
    test: split('test', 4),
    mean: Array.from({ length: channels }, () => 0.5),
    standardDeviation: Array.from({ length: channels }, () => 0.3),
    hash: name,
  };
}

const SGD: NamedOptions = { name: 'sgd', momentum: 0.9, weightDecay: 1e-3 };

/** Iterative pruning in three rounds, of a training of 18 steps whose rate is halved after the tenth. */
const ROUNDS = 3;
const [TRAINING, STEPS, BATCH] = [18, 6, 16];
const SPARSITY = 0.875;

function iterative(
  name: string,
  optimizer: NamedOptions,
  rate: number,
  retraining: NamedOptions,
  { first, rewinds }: { first: number; rewinds: boolean },
): PrunedTrainingCase {
  const dataset = noise('small', 8, 1, STEPS * BATCH);
  const batches = (epoch: number): number[][] =>
    epochBatches(STEPS * BATCH, BATCH, SEED, epoch).map((indices) => [...indices]);
  const epochsOfRound = Math.ceil((TRAINING - first) / STEPS);
  return {
    name,
    dataset,
    whole: true,
    specification: specification({
      model: { name: 'conv-bn-relu', widths: [4, 6], strides: [1, 2] },
      batchSize: BATCH,
      epochs: TRAINING / STEPS,
      optimizer,
      learningRate: { name: 'steps', rate, milestones: ['10it'], factor: 0.5 },
      retraining,
      rounds: ROUNDS,
      pruning: pruningAfter(0, {
        criterion: { name: 'magnitude' },
        schedule: { name: 'iterative', rounds: ROUNDS },
        sparsity: SPARSITY,
      }),
    }),
    // Train; then each round prunes half of what is left, goes back, and does the steps again from there.
    operations(weights) {
      const operations: Operation[] = [];
      const train = (from: number, epoch: number): void => {
        for (let step = from; step < TRAINING; step++) {
          const done = step - from;
          if (rewinds && epoch === 1 && step === first) operations.push(['keep']);
          const indices = batches(epoch + Math.floor(done / STEPS))[done % STEPS]!;
          operations.push(['step', step < 10 ? rate : rate / 2, indices]);
        }
      };
      train(0, 1);
      operations.push(['record', 'training']);
      for (let round = 1; round <= ROUNDS; round++) {
        operations.push(['prune', Math.round((1 - 0.5 ** round) * weights)]);
        if (rewinds) operations.push(['rewind']);
        train(first, TRAINING / STEPS + 1 + (round - 1) * epochsOfRound);
        operations.push(['record', `round ${round}`]);
      }
      return operations;
    },
    records: {
      training: TRAINING / STEPS,
      ...Object.fromEntries(
        [1, 2, 3].map((round) => [`round ${round}`, TRAINING / STEPS + round * epochsOfRound]),
      ),
    },
  };
}

/** Two epochs of a large network, half of whose weights are pruned between them. */
function between(model: NamedOptions, side: number, rate: number): PrunedTrainingCase {
  const [steps, batch] = [5, 4];
  const dataset = noise(model.name, side, 3, steps * batch);
  return {
    name: model.name,
    dataset,
    whole: false,
    specification: specification({
      model,
      batchSize: batch,
      epochs: 2,
      optimizer: SGD,
      learningRate: { name: 'constant', rate },
      pruning: pruningAfter(1, { criterion: { name: 'magnitude' }, sparsity: 0.5 }),
    }),
    operations: (weights) =>
      [1, 2].flatMap((epoch): Operation[] => [
        ...epochBatches(steps * batch, batch, SEED, epoch).map((indices): Operation => [
          'step',
          rate,
          [...indices],
        ]),
        ['record', `epoch ${epoch}`],
        ...(epoch === 1 ? [['prune', Math.round(0.5 * weights)] as Operation] : []),
      ]),
    records: { 'epoch 1': 1, 'epoch 2': 2 },
  };
}

export const cases: readonly PrunedTrainingCase[] = [
  iterative(
    'weights of an epoch',
    SGD,
    0.05,
    { name: 'weight-rewinding', to: 1 },
    { first: 6, rewinds: true },
  ),
  iterative(
    'weights of a step, Adam',
    { name: 'adam', weightDecay: 1e-3 },
    0.01,
    { name: 'weight-rewinding', to: '4it' },
    { first: 4, rewinds: true },
  ),
  iterative(
    'learning rates, Nesterov',
    { ...SGD, nesterov: true },
    0.03,
    { name: 'learning-rate-rewinding', epochs: '8it' },
    { first: 10, rewinds: false },
  ),
  between({ name: 'resnet-20' }, 16, 0.02),
  between({ name: 'mobilenet-v3-small', dropout: 0 }, 32, 0.02),
];
