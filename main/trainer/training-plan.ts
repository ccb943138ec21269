import type { Phase } from '../../common/records.ts';
import type { RunSpecification } from '../../common/run-specification.ts';
import { stepsOf } from '../../common/study/duration.ts';
import { learningRates } from './optimization/learning-rates/registry.ts';
import { schedules } from './pruning/schedules/registry.ts';
import type { ScheduleContext } from './pruning/schedules/schedule.ts';
import { retrainings } from './retraining/registry.ts';
import type { RetrainingContext, RetrainingStart } from './retraining/retraining.ts';

/** A stretch of a run that follows the learning-rate schedule from one place on: the training, or a round of retraining. */
export interface Stage {
  phase: Exclude<Phase, 'initial'>;
  start: RetrainingStart;
  /** First epoch of the run that belongs to it, from 1, and how many do. */
  firstEpoch: number;
  epochs: number;
  /** Optimizer steps: the last epoch is shorter where they do not fill it. */
  steps: number;
  /** Rate of a step, from 0. */
  rate(step: number): number;
}

/** A pruning of the plan. */
export interface PlannedPruning {
  /** Epoch that it belongs to; 0 is at initialisation. */
  epoch: number;
  /** Steps of that epoch done before it; null at the epoch's end. */
  step: number | null;
  /** Share of the chosen layers' weights pruned by then, earlier ones included. */
  sparsity: number;
}

/** What a run does when, from its specification and the steps that an epoch of its data has. */
export interface TrainingPlan {
  /** Training and retraining epochs together. */
  epochs: number;
  stages: Stage[];
  prunings: PlannedPruning[];
  /** Training step whose weights are kept to be rewound to; null where none is. */
  rewindTo: number | null;
}

/** @param stepsPerEpoch optimizer steps of a whole epoch: training images ÷ batch size, rounded up */
export function planTraining(specification: RunSpecification, stepsPerEpoch: number): TrainingPlan {
  const context = retrainingContext(specification, stepsPerEpoch);
  const { steps, trainingRate } = context;
  const retraining = retrainings.open(specification.retraining);
  const roundSteps = retraining.steps(context);
  const stages: Stage[] = [];
  const append = (stage: Pick<Stage, 'phase' | 'start' | 'steps' | 'rate'>): Stage => {
    const before = stages.at(-1);
    const firstEpoch = before ? before.firstEpoch + before.epochs : 1;
    const appended = { ...stage, firstEpoch, epochs: Math.ceil(stage.steps / stepsPerEpoch) };
    stages.push(appended);
    return appended;
  };

  const training = append({ phase: 'training', start: 'continue', steps, rate: trainingRate });
  const rounds = roundSparsities(specification);
  const prunings = trainingPrunings(specification, { steps, stepsPerEpoch, training });
  let last = training;
  for (let round = 0; round < specification.rounds; round++) {
    const sparsity = rounds[round];
    if (sparsity !== undefined)
      prunings.push({ epoch: last.firstEpoch + last.epochs - 1, step: null, sparsity });
    if (roundSteps > 0)
      last = append({
        phase: 'retraining',
        start: retraining.start,
        steps: roundSteps,
        rate: (step) => retraining.rate(step, context),
      });
  }
  return {
    epochs: last.firstEpoch + last.epochs - 1,
    stages,
    prunings: prunings.slice(0, Math.max(0, prunings.length - specification.omittedPrunings)),
    rewindTo: retraining.rewindTo?.(context) ?? null,
  };
}

/** The training as a retraining sees it. */
export function retrainingContext(
  specification: Pick<RunSpecification, 'epochs' | 'learningRate'>,
  stepsPerEpoch: number,
): RetrainingContext {
  const steps = stepsOf(specification.epochs, stepsPerEpoch);
  const schedule = learningRates.open(specification.learningRate);
  return {
    steps,
    stepsPerEpoch,
    trainingRate: (step) => schedule.rate({ step, steps, stepsPerEpoch }),
  };
}

/** The training as a pruning schedule sees it. */
export function scheduleContext(
  specification: Pick<RunSpecification, 'epochs' | 'pruning'>,
  stepsPerEpoch: number,
): ScheduleContext {
  return {
    steps: stepsOf(specification.epochs, stepsPerEpoch),
    stepsPerEpoch,
    sparsity: specification.pruning?.sparsity ?? 0,
  };
}

/** Sparsities of an iterative schedule's rounds; none of any other. */
export function roundSparsities({ pruning }: Pick<RunSpecification, 'pruning'>): number[] {
  if (!pruning) return [];
  return schedules.open(pruning.schedule).rounds?.(pruning.sparsity) ?? [];
}

/** The stage of an epoch, from 1. */
export function stageOf({ stages }: TrainingPlan, epoch: number): Stage {
  return stages.findLast(({ firstEpoch }) => firstEpoch <= epoch)!;
}

/** Optimizer steps of an epoch of the plan. */
export function stepsOfEpoch(plan: TrainingPlan, epoch: number, stepsPerEpoch: number): number {
  const { firstEpoch, steps } = stageOf(plan, epoch);
  return Math.min(stepsPerEpoch, steps - (epoch - firstEpoch) * stepsPerEpoch);
}

/** Rate of a step (from 0) of an epoch (from 1). */
export function rateOf(plan: TrainingPlan, epoch: number, step: number, stepsPerEpoch: number): number {
  const stage = stageOf(plan, epoch);
  return stage.rate((epoch - stage.firstEpoch) * stepsPerEpoch + step);
}

/** Learning rates of an epoch: of its first step, the mean over its steps, and of its last. */
export interface EpochRates {
  first: number;
  mean: number;
  last: number;
}

/** Rates of an epoch (from 1). */
export function ratesOfEpoch(plan: TrainingPlan, epoch: number, stepsPerEpoch: number): EpochRates {
  const rates = Array.from({ length: stepsOfEpoch(plan, epoch, stepsPerEpoch) }, (_, step) =>
    rateOf(plan, epoch, step, stepsPerEpoch),
  );
  const [first, last] = [rates[0]!, rates.at(-1)!];
  // The mean of equal numbers is that number, which a sum would miss by its last bits.
  const mean = rates.every((rate) => rate === first)
    ? first
    : rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  return { first, mean, last };
}

/** Prunings in the course of the training, as places in its epochs. */
function trainingPrunings(
  specification: RunSpecification,
  { steps, stepsPerEpoch, training }: { steps: number; stepsPerEpoch: number; training: Stage },
): PlannedPruning[] {
  const { pruning } = specification;
  if (!pruning) return [];
  return schedules
    .open(pruning.schedule)
    .steps(scheduleContext(specification, stepsPerEpoch))
    .map(({ step, sparsity }) => {
      if (step === steps) return { epoch: training.epochs, step: null, sparsity };
      const [epoch, within] = [Math.floor(step / stepsPerEpoch), step % stepsPerEpoch];
      return within === 0 ? { epoch, step: null, sparsity } : { epoch: epoch + 1, step: within, sparsity };
    });
}
