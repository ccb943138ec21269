import { describe, expect, test } from 'vitest';
import {
  completePruning,
  completeSpecification,
  type NamedOptions,
  type RunSpecification,
  type StoredSpecification,
} from '../../../common/run-specification.ts';
import {
  planTraining,
  rateOf,
  ratesOfEpoch,
  roundSparsities,
  stageOf,
  stepsOfEpoch,
  type TrainingPlan,
} from '../../../main/trainer/training-plan.ts';
import { retrainings } from '../../../main/trainer/retraining/registry.ts';

const halving: NamedOptions = { name: 'steps', rate: 1, milestones: [2, 3], factor: 0.5 };

/** Ten steps an epoch throughout. */
const STEPS = 10;

function specification(change: Partial<StoredSpecification> = {}): RunSpecification {
  return completeSpecification({
    dataset: { name: 'mnist' },
    model: { name: 'lenet-300-100' },
    batchSize: 32,
    epochs: 4,
    optimizer: { name: 'sgd' },
    learningRate: halving,
    pruning: null,
    retraining: { name: 'none' },
    thresholds: [],
    referenceEpoch: 0,
    ...change,
  });
}
const pruning = (schedule: NamedOptions, sparsity = 0.5): RunSpecification['pruning'] =>
  completePruning({
    criterion: { name: 'magnitude' },
    granularity: { name: 'weight' },
    distribution: { name: 'global' },
    schedule,
    layers: { kinds: [], names: [], except: [] },
    sparsity,
  });
/** Rate of the first step of every epoch. */
const firstRates = (plan: TrainingPlan): number[] =>
  Array.from({ length: plan.epochs }, (_, index) => ratesOfEpoch(plan, index + 1, STEPS).first);
const ratesOf = (change: Partial<StoredSpecification>): number[] =>
  firstRates(planTraining(specification(change), STEPS));

describe('rates', () => {
  test('without retraining: the schedule', () => {
    expect(ratesOf({})).toEqual([1, 1, 0.5, 0.25]);
  });

  test('of an epoch in which the rate moves: those of its first and last steps, and the mean over all', () => {
    const plan = planTraining(
      specification({ learningRate: { name: 'cosine', rate: 1, per: 'step' }, epochs: 2 }),
      STEPS,
    );
    const rate = (step: number): number => (1 + Math.cos((Math.PI * step) / 20)) / 2;
    const { first, mean, last } = ratesOfEpoch(plan, 2, STEPS);
    expect(first).toBeCloseTo(rate(10), 12);
    expect(last).toBeCloseTo(rate(19), 12);
    expect(mean).toBeCloseTo(
      Array.from({ length: 10 }, (_, step) => rate(10 + step)).reduce((sum, each) => sum + each, 0) / 10,
      12,
    );
    expect(ratesOfEpoch(planTraining(specification(), STEPS), 3, STEPS)).toEqual({
      first: 0.5,
      mean: 0.5,
      last: 0.5,
    });
  });

  test('fine-tuning trains on at the last rate', () => {
    expect(ratesOf({ retraining: { name: 'fine-tune', epochs: 3 } })).toEqual([
      1, 1, 0.5, 0.25, 0.25, 0.25, 0.25,
    ]);
  });

  test('fine-tuning after a cosine uses its last rate, not its minimum', () => {
    const rates = ratesOf({
      epochs: 2,
      learningRate: { name: 'cosine', rate: 1 },
      retraining: { name: 'fine-tune', epochs: 2 },
    });
    rates.forEach((rate, index) => expect(rate).toBeCloseTo([1, 0.5, 0.5, 0.5][index]!, 12));
  });

  test('a low rate is its own', () => {
    expect(ratesOf({ retraining: { name: 'low-rate', epochs: 2, rate: 0.01 } }).slice(4)).toEqual([
      0.01, 0.01,
    ]);
  });

  test('learning-rate rewinding replays the last epochs of the schedule', () => {
    const rewound = (epochs: number): number[] =>
      ratesOf({ retraining: { name: 'learning-rate-rewinding', epochs } }).slice(4);
    expect(rewound(1)).toEqual([0.25]);
    expect(rewound(3)).toEqual([1, 0.5, 0.25]);
    expect(rewound(4)).toEqual([1, 1, 0.5, 0.25]);
  });

  test('rewound rates are those of the very same steps', () => {
    // A rate that tells its step: 40 steps were trained.
    const context = { steps: 40, stepsPerEpoch: STEPS, trainingRate: (step: number) => step };
    const ratesAt = (retraining: NamedOptions, steps: number): number[] => {
      const opened = retrainings.open(retraining);
      return Array.from({ length: steps }, (_, step) => opened.rate(step, context));
    };
    const from = (first: number): number[] => Array.from({ length: 40 - first }, (_, step) => first + step);
    expect(ratesAt({ name: 'learning-rate-rewinding', epochs: 2 }, 20)).toEqual(from(20));
    expect(ratesAt({ name: 'learning-rate-rewinding', epochs: '7it' }, 7)).toEqual(from(33));
    expect(ratesAt({ name: 'weight-rewinding', to: 1 }, 30)).toEqual(from(10));
    expect(ratesAt({ name: 'weight-rewinding', to: '33it' }, 7)).toEqual(from(33));
  });

  test('weight rewinding trains from its epoch on, with the rates that it had', () => {
    expect(ratesOf({ retraining: { name: 'weight-rewinding', to: 1 } }).slice(4)).toEqual([1, 0.5, 0.25]);
    expect(ratesOf({ retraining: { name: 'weight-rewinding' } }).slice(4)).toEqual([1, 1, 0.5, 0.25]);
  });

  test('reinitialised weights are trained with the whole schedule', () => {
    expect(ratesOf({ retraining: { name: 'reinitialise' } }).slice(4)).toEqual([1, 1, 0.5, 0.25]);
  });
});

describe('lengths in optimizer steps', () => {
  test('a training of 25 steps has three epochs, the last one shorter', () => {
    const plan = planTraining(specification({ epochs: '25it' }), STEPS);
    expect(plan.epochs).toBe(3);
    expect([1, 2, 3].map((epoch) => stepsOfEpoch(plan, epoch, STEPS))).toEqual([10, 10, 5]);
  });

  test('retraining begins an epoch of its own after a shorter one', () => {
    const plan = planTraining(
      specification({ epochs: '25it', retraining: { name: 'fine-tune', epochs: '12it' } }),
      STEPS,
    );
    expect(plan.epochs).toBe(5);
    expect([4, 5].map((epoch) => stepsOfEpoch(plan, epoch, STEPS))).toEqual([10, 2]);
    expect(stageOf(plan, 3).phase).toBe('training');
    expect(stageOf(plan, 4).phase).toBe('retraining');
  });

  test('weights rewound to step 15 are trained for the other 25, at the rates from there', () => {
    const plan = planTraining(specification({ retraining: { name: 'weight-rewinding', to: '15it' } }), STEPS);
    expect(plan.rewindTo).toBe(15);
    expect(plan.epochs).toBe(7);
    expect([5, 6, 7].map((epoch) => stepsOfEpoch(plan, epoch, STEPS))).toEqual([10, 10, 5]);
    // Steps 15 … 19 are of training epoch 2 (rate 1), 20 … 29 of the third (0.5), 30 … 39 of the fourth (0.25).
    expect(Array.from({ length: 10 }, (_, step) => rateOf(plan, 5, step, STEPS))).toEqual([
      1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5,
    ]);
    expect(rateOf(plan, 7, 4, STEPS)).toBe(0.25);
  });
});

describe('prunings', () => {
  const prunings = (schedule: NamedOptions, change: Partial<StoredSpecification> = {}) =>
    planTraining(specification({ pruning: pruning(schedule), ...change }), STEPS).prunings;

  test('once, of everything, after the epoch that the schedule names', () => {
    expect(prunings({ name: 'one-shot', epoch: 0 })).toEqual([{ epoch: 0, step: null, sparsity: 0.5 }]);
    expect(prunings({ name: 'one-shot', epoch: 4 })).toEqual([{ epoch: 4, step: null, sparsity: 0.5 }]);
  });

  test('within an epoch: after as many of its steps', () => {
    expect(prunings({ name: 'one-shot', epoch: '13it' })).toEqual([{ epoch: 2, step: 3, sparsity: 0.5 }]);
    expect(prunings({ name: 'one-shot', epoch: '20it' })).toEqual([{ epoch: 2, step: null, sparsity: 0.5 }]);
  });

  test('at the end of a training whose last epoch is short: at that epoch’s end', () => {
    expect(prunings({ name: 'one-shot', epoch: '25it' }, { epochs: '25it' })).toEqual([
      { epoch: 3, step: null, sparsity: 0.5 },
    ]);
  });

  test('in rounds: at the end of the training, and of every retraining but the last', () => {
    const iterative = pruning({ name: 'iterative', rounds: 3 }, 0.488);
    const plan = planTraining(
      specification({ pruning: iterative, rounds: 3, retraining: { name: 'weight-rewinding', to: 2 } }),
      STEPS,
    );
    expect(plan.epochs).toBe(4 + 3 * 2);
    expect(plan.prunings.map(({ epoch, step }) => [epoch, step])).toEqual([
      [4, null],
      [6, null],
      [8, null],
    ]);
    // Each round keeps 80%: 0.8, 0.64, 0.512.
    [0.2, 0.36, 0.488].forEach((sparsity, round) =>
      expect(plan.prunings[round]!.sparsity).toBeCloseTo(sparsity, 12),
    );
    expect(plan.stages.map(({ start, firstEpoch }) => [start, firstEpoch])).toEqual([
      ['continue', 1],
      ['rewind', 5],
      ['rewind', 7],
      ['rewind', 9],
    ]);
  });

  test('a control goes through the same rounds with nothing pruned', () => {
    const retraining = { name: 'fine-tune', epochs: 2 };
    const pruned = planTraining(
      specification({ pruning: pruning({ name: 'iterative', rounds: 3 }), rounds: 3, retraining }),
      STEPS,
    );
    const control = planTraining(specification({ rounds: 3, retraining }), STEPS);
    expect(control.prunings).toEqual([]);
    expect(control.epochs).toBe(pruned.epochs);
    expect(firstRates(control)).toEqual(firstRates(pruned));
  });

  test('rounds by fraction: as many as it takes, the last one to the sparsity itself', () => {
    const sparsities = (fraction: number, sparsity: number) =>
      roundSparsities({ pruning: pruning({ name: 'iterative', fraction }, sparsity) });
    const halves = sparsities(0.5, 0.9);
    expect(halves).toHaveLength(4);
    [0.5, 0.75, 0.875, 0.9].forEach((sparsity, round) => expect(halves[round]).toBeCloseTo(sparsity, 12));
    expect(sparsities(0.5, 0.875)).toHaveLength(3);
    expect(sparsities(0.2, 0.2)).toEqual([0.2]);
  });
});

describe('what cannot be', () => {
  const context = { steps: 40, stepsPerEpoch: STEPS, trainingRate: () => 1 };

  test('rewinding by more epochs than there were', () => {
    const refusal = (epochs: number | string) =>
      retrainings.open({ name: 'learning-rate-rewinding', epochs }).refusal(context);
    expect(refusal(4)).toBeNull();
    expect(refusal(5)).toMatch(/cannot be rewound by 5 epochs: training has only 4 epochs/);
    expect(refusal('41it')).toMatch(/by 41it/);
  });

  test('weights rewound to the end of the training, or beyond', () => {
    const refusal = (to: number | string) =>
      retrainings.open({ name: 'weight-rewinding', to }).refusal(context);
    expect(refusal(3)).toBeNull();
    expect(refusal('39it')).toBeNull();
    expect(refusal(4)).toMatch(/epoch 4: training has only 4/);
  });

  test('nothing else is refused', () => {
    for (const given of [
      { name: 'none' },
      { name: 'fine-tune', epochs: 99 },
      { name: 'low-rate', epochs: 99, rate: 1 },
      { name: 'reinitialise' },
    ])
      expect(retrainings.open(given).refusal(context)).toBeNull();
  });

  test('an unknown component names those that there are', () => {
    expect(() => retrainings.find('rewinding')).toThrow(
      "There is no retraining named 'rewinding'; known are none, fine-tune, low-rate, learning-rate-rewinding, weight-rewinding, reinitialise.",
    );
  });
});
