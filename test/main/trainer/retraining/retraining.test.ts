import { describe, expect, test } from 'vitest';
import type { NamedOptions, RunSpecification } from '../../../../common/run-specification.ts';
import { planRun } from '../../../../main/trainer/plan.ts';
import { schedules } from '../../../../main/trainer/pruning/schedules/registry.ts';
import { retrainings } from '../../../../main/trainer/retraining/registry.ts';

const steps: NamedOptions = { name: 'steps', rate: 1, milestones: [2, 3], factor: 0.5 };

function specification(change: Partial<RunSpecification> = {}): RunSpecification {
  return {
    dataset: { name: 'mnist' },
    model: { name: 'lenet-300-100' },
    batchSize: 32,
    epochs: 4,
    optimizer: { name: 'sgd' },
    learningRate: steps,
    pruning: null,
    retraining: { name: 'none' },
    thresholds: [],
    referenceEpoch: 0,
    ...change,
  };
}
const pruning = (epoch: number): RunSpecification['pruning'] => ({
  criterion: { name: 'magnitude' },
  granularity: { name: 'weight' },
  distribution: { name: 'global' },
  schedule: { name: 'one-shot', epoch },
  layers: { kinds: [], names: [], except: [] },
  sparsity: 0.5,
});

describe('what a run does in each epoch', () => {
  test('without retraining: the schedule', () => {
    expect(planRun(specification())).toEqual({ epochs: 4, rates: [1, 1, 0.5, 0.25], pruning: [] });
  });

  test('fine-tuning trains on at the last rate', () => {
    const plan = planRun(specification({ retraining: { name: 'fine-tune', epochs: 3 } }));
    expect(plan).toEqual({ epochs: 7, rates: [1, 1, 0.5, 0.25, 0.25, 0.25, 0.25], pruning: [] });
  });

  test('fine-tuning after a cosine uses its last rate, not its minimum', () => {
    const plan = planRun(
      specification({
        epochs: 2,
        learningRate: { name: 'cosine', rate: 1 },
        retraining: { name: 'fine-tune', epochs: 2 },
      }),
    );
    plan.rates.forEach((rate, index) => expect(rate).toBeCloseTo([1, 0.5, 0.5, 0.5][index]!, 12));
  });

  test('learning-rate rewinding replays the last epochs of the schedule', () => {
    const rewound = (epochs: number): number[] =>
      planRun(specification({ retraining: { name: 'learning-rate-rewinding', epochs } })).rates.slice(4);
    expect(rewound(1)).toEqual([0.25]);
    expect(rewound(3)).toEqual([1, 0.5, 0.25]);
    expect(rewound(4)).toEqual([1, 1, 0.5, 0.25]);
  });

  test('pruning once, of everything, after the epoch that the schedule names', () => {
    expect(planRun(specification({ pruning: pruning(0) })).pruning).toEqual([{ epoch: 0, share: 1 }]);
    expect(planRun(specification({ pruning: pruning(4) })).pruning).toEqual([{ epoch: 4, share: 1 }]);
  });
});

describe('what can not be', () => {
  test('rewinding by more epochs than there were', () => {
    const { refusal } = retrainings.find('learning-rate-rewinding');
    expect(refusal({ name: 'learning-rate-rewinding', epochs: 4 }, 4)).toBeNull();
    expect(refusal({ name: 'learning-rate-rewinding', epochs: 5 }, 4)).toBe(
      'the schedule can not be rewound by 5 epochs: training has only 4; use at most 4',
    );
  });

  test('pruning after the training is over', () => {
    const { refusal } = schedules.find('one-shot');
    expect(refusal({ name: 'one-shot', epoch: 4 }, 4)).toBeNull();
    expect(refusal({ name: 'one-shot', epoch: 0 }, 4)).toBeNull();
    expect(refusal({ name: 'one-shot', epoch: 5 }, 4)).toMatch(/epoch 5 never happens.*only 4.*use 0 to 4/);
  });

  test('nothing else is refused', () => {
    expect(retrainings.find('none').refusal({ name: 'none' }, 1)).toBeNull();
    expect(retrainings.find('fine-tune').refusal({ name: 'fine-tune', epochs: 99 }, 1)).toBeNull();
  });

  test('an unknown component names those that there are', () => {
    expect(() => retrainings.find('weight-rewinding')).toThrow(
      "There is no retraining named 'weight-rewinding'; known are none, fine-tune, learning-rate-rewinding.",
    );
  });
});
