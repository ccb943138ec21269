import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  completePruning,
  completeSpecification,
  type NamedOptions,
  type RunSpecification,
} from '../../../common/run-specification.ts';
import { stepsOf } from '../../../common/study/duration.ts';
import { studyRules } from '../../../main/studies/rules.ts';
import { branchOf } from '../../../main/trainer/branch.ts';
import type { DatasetOutline } from '../../../main/trainer/data/dataset.ts';
import {
  planTraining,
  rateOf,
  stepsOfEpoch,
  type TrainingPlan,
} from '../../../main/trainer/training-plan.ts';
import { schedules } from '../../../main/trainer/pruning/schedules/registry.ts';
import { moment, scheduled } from './pruning/scheduled.ts';

/** What holds of the plan of any run that a study may ask for. */

const BATCH = 4;

interface Planned {
  specification: RunSpecification;
  stepsPerEpoch: number;
}

const learningRates: NamedOptions[] = [
  { name: 'constant', rate: 0.1 },
  { name: 'steps', rate: 0.1, milestones: ['3it', 2], factor: 0.5 },
  { name: 'cosine', rate: 0.1, per: 'step' },
  { name: 'one-cycle', rate: 0.1, warmup: { length: '2it', schedule: 'waits' } },
];

function retrainingsOf(length: { steps: number; stepsPerEpoch: number }): fc.Arbitrary<NamedOptions> {
  const some = moment(length, 1);
  return fc.oneof(
    fc.constant<NamedOptions>({ name: 'none' }),
    fc.constant<NamedOptions>({ name: 'reinitialise' }),
    some.map((epochs): NamedOptions => ({ name: 'fine-tune', epochs })),
    some.map((epochs): NamedOptions => ({ name: 'low-rate', epochs, rate: 0.01 })),
    some.map((epochs): NamedOptions => ({ name: 'learning-rate-rewinding', epochs })),
    moment({ ...length, steps: length.steps - 1 }).map((to): NamedOptions => ({
      name: 'weight-rewinding',
      to,
    })),
  );
}

function rulesOf(stepsPerEpoch: number) {
  const outline = { train: stepsPerEpoch * BATCH, imageShape: [8, 8, 1], classes: 4 };
  return studyRules(() => outline as unknown as DatasetOutline);
}

/** Any run that is not refused, its schedule of every kind as likely. */
const runs: fc.Arbitrary<Planned> = fc
  .record({
    stepsPerEpoch: fc.integer({ min: 1, max: 7 }),
    steps: fc.integer({ min: 2, max: 30 }),
    inEpochs: fc.boolean(),
    schedule: fc.constantFrom(null, ...schedules.all.map(({ name }) => name)),
    learningRate: fc.constantFrom(...learningRates),
  })
  .chain(({ stepsPerEpoch, steps: asked, inEpochs, schedule, learningRate }) => {
    const whole = Math.ceil(asked / stepsPerEpoch);
    const steps = inEpochs ? Math.max(2, whole * stepsPerEpoch) : asked;
    const length = { steps, stepsPerEpoch };
    return fc.record({
      stepsPerEpoch: fc.constant(stepsPerEpoch),
      pruning: schedule === null ? fc.constant(null) : scheduled(schedule, length),
      retraining: retrainingsOf(length),
      learningRate: fc.constant(learningRate),
      epochs: fc.constant(
        steps % stepsPerEpoch === 0 && inEpochs ? steps / stepsPerEpoch : (`${steps}it` as const),
      ),
    });
  })
  .map(({ stepsPerEpoch, pruning, ...parts }) => {
    const specification = completeSpecification({
      ...parts,
      dataset: { name: 'mnist' },
      model: { name: 'conv-bn-relu', widths: [2], strides: [2] },
      batchSize: BATCH,
      optimizer: { name: 'sgd' },
      pruning:
        pruning &&
        completePruning({
          criterion: { name: 'magnitude' },
          granularity: { name: 'weight' },
          distribution: { name: 'global' },
          schedule: pruning.options,
          layers: { kinds: [], names: [], except: [] },
          sparsity: pruning.sparsity,
        }),
      thresholds: [],
      referenceEpoch: 0,
    });
    return {
      stepsPerEpoch,
      specification: { ...specification, ...rulesOf(stepsPerEpoch).derive(specification) },
    };
  })
  .filter(({ stepsPerEpoch, specification }) => rulesOf(stepsPerEpoch).check(specification).length === 0);

function holds(property: (plan: TrainingPlan, planned: Planned) => void): void {
  fc.assert(
    fc.property(runs, (planned) => {
      property(planTraining(planned.specification, planned.stepsPerEpoch), planned);
    }),
    { numRuns: 500 },
  );
}

/** Every step's rate, epoch by epoch. */
function ratesOf(plan: TrainingPlan, stepsPerEpoch: number): number[][] {
  return Array.from({ length: plan.epochs }, (_, index) =>
    Array.from({ length: stepsOfEpoch(plan, index + 1, stepsPerEpoch) }, (_step, step) =>
      rateOf(plan, index + 1, step, stepsPerEpoch),
    ),
  );
}

test('stages follow one another, and their epochs and steps add up', () => {
  holds((plan, { specification, stepsPerEpoch }) => {
    const [training] = plan.stages;
    expect(training!.steps).toBe(stepsOf(specification.epochs, stepsPerEpoch));
    const retrained = specification.retraining.name === 'none' ? 0 : specification.rounds;
    expect(plan.stages).toHaveLength(1 + retrained);
    let next = 1;
    for (const { firstEpoch, epochs, steps } of plan.stages) {
      expect(firstEpoch).toBe(next);
      const each = Array.from({ length: epochs }, (_, index) =>
        stepsOfEpoch(plan, firstEpoch + index, stepsPerEpoch),
      );
      expect(each.slice(0, -1)).toEqual(each.slice(0, -1).map(() => stepsPerEpoch));
      expect(each.at(-1)).toBeGreaterThan(0);
      expect(each.reduce((sum, count) => sum + count, 0)).toBe(steps);
      next += epochs;
    }
    expect(plan.epochs).toBe(next - 1);
    for (const rate of ratesOf(plan, stepsPerEpoch).flat()) {
      expect(rate).toBeGreaterThanOrEqual(0);
      expect(rate).toBeLessThanOrEqual(0.1);
    }
  });
});

test('every pruning happens, each at a moment of its own, and the last prunes what is asked', () => {
  holds((plan, { specification, stepsPerEpoch }) => {
    let before = { at: -1, sparsity: 0 };
    for (const { epoch, step, sparsity } of plan.prunings) {
      expect(epoch).toBeGreaterThanOrEqual(0);
      expect(epoch).toBeLessThanOrEqual(plan.epochs);
      if (step !== null) {
        expect(step).toBeGreaterThan(0);
        expect(step).toBeLessThan(stepsOfEpoch(plan, epoch, stepsPerEpoch));
      }
      const at = step === null ? epoch : epoch - 1 + step / stepsPerEpoch;
      expect(at).toBeGreaterThan(before.at);
      expect(sparsity).toBeGreaterThan(before.sparsity);
      before = { at, sparsity };
    }
    expect(before.sparsity).toBe(specification.pruning?.sparsity ?? 0);
  });
});

test('a control is the same but for the prunings', () => {
  holds((plan, { specification, stepsPerEpoch }) => {
    const control = planTraining({ ...specification, pruning: null }, stepsPerEpoch);
    expect(control.prunings).toEqual([]);
    expect(control.stages.map(({ rate, ...stage }) => ({ ...stage, first: rate(0) }))).toEqual(
      plan.stages.map(({ rate, ...stage }) => ({ ...stage, first: rate(0) })),
    );
    expect(ratesOf(control, stepsPerEpoch)).toEqual(ratesOf(plan, stepsPerEpoch));
  });
});

test('a trunk is never left after the first pruning, nor with a state that it has not', () => {
  let left = 0;
  holds((plan, { specification, stepsPerEpoch }) => {
    const branch = branchOf(plan, stepsPerEpoch);
    const [training] = plan.stages;
    const [first] = plan.prunings;
    const trunk = planTraining(
      { ...specification, pruning: null, retraining: { name: 'none' }, rounds: 1 },
      stepsPerEpoch,
    );
    expect(branchOf(trunk, stepsPerEpoch)).toBeNull();
    // A run that leaves its trunk knows an epoch's steps from the trunk's first epoch alone.
    const firstSteps = stepsOfEpoch(trunk, 1, stepsPerEpoch);
    expect(branchOf(planTraining(specification, firstSteps), firstSteps)).toEqual(branch);
    if (!branch) return;
    left++;
    const { epoch, prunes, rewindEpoch } = branch;
    expect(epoch).toBeGreaterThan(0);
    expect(epoch).toBeLessThanOrEqual(training!.epochs);
    if (first) expect(epoch).toBeLessThanOrEqual(first.step === null ? first.epoch : first.epoch - 1);
    expect(prunes).toBe(first?.epoch === epoch && first.step === null);
    expect(ratesOf(plan, stepsPerEpoch).slice(0, epoch)).toEqual(
      ratesOf(trunk, stepsPerEpoch).slice(0, epoch),
    );
    const rewindTo = plan.rewindTo ?? 0;
    if (rewindEpoch !== null) {
      // A whole epoch of the trunk, which it has been through.
      expect(rewindEpoch * stepsPerEpoch).toBe(rewindTo);
      expect(rewindEpoch).toBeLessThanOrEqual(epoch);
    } else if (rewindTo > 0) expect(rewindTo).toBeGreaterThan(epoch * stepsPerEpoch);
  });
  expect(left).toBeGreaterThan(100);
});

test('a previous-mask control is the same but for the last pruning, and is left where that one falls', () => {
  let left = 0;
  holds((plan, { specification, stepsPerEpoch }) => {
    if (plan.prunings.length < 2) return;
    const control = planTraining({ ...specification, omittedPrunings: 1 }, stepsPerEpoch);
    expect(control.prunings).toEqual(plan.prunings.slice(0, -1));
    expect(control.stages.map(({ rate, ...stage }) => ({ ...stage, first: rate(0) }))).toEqual(
      plan.stages.map(({ rate, ...stage }) => ({ ...stage, first: rate(0) })),
    );
    const branch = branchOf(plan, stepsPerEpoch, control.prunings.length);
    const last = plan.prunings.at(-1)!;
    const whole = last.step === null ? last.epoch : last.epoch - 1;
    if (branch === null) {
      // Of nothing that the trunk has done before is it known that it pruned.
      expect(whole < 1 || whole < plan.prunings[0]!.epoch).toBe(true);
      return;
    }
    left++;
    expect(branch).toEqual({ epoch: whole, prunes: last.step === null, rewindEpoch: null });
    // What is rewound to has been kept by then.
    if (plan.rewindTo !== null) {
      const trained = Array.from({ length: whole }, (_, index) =>
        stepsOfEpoch(plan, index + 1, stepsPerEpoch),
      );
      expect(trained.reduce((sum, steps) => sum + steps, 0)).toBeGreaterThan(plan.rewindTo);
    }
  });
  expect(left).toBeGreaterThan(100);
});

test('with every pruning left out nothing is pruned', () => {
  holds((plan, { specification, stepsPerEpoch }) => {
    const omittedPrunings = plan.prunings.length;
    expect(planTraining({ ...specification, omittedPrunings }, stepsPerEpoch).prunings).toEqual([]);
  });
});
