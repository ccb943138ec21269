import { rateOf, stepsOfEpoch, type TrainingPlan } from '../trainer/training-plan.ts';

/** A run as its warnings see it. */
export interface WarnedRun {
  /** Arms that asked for it. */
  arms: readonly string[];
  plan: TrainingPlan;
  stepsPerEpoch: number;
  /** Name of its retraining. */
  retraining: string;
}

/** Share of the training's highest rate below which hardly a weight moves. */
const LOW = 0.01;

/** What may well be meant otherwise in a study that can be run, a sentence each; for the seeds of an arm once. */
export function studyWarnings(runs: readonly WarnedRun[]): string[] {
  const first = new Map(runs.toReversed().map((run) => [run.arms.join('\n'), run]));
  return [...first.values()].toReversed().flatMap((run) => lowRateAfterPruning(run) ?? []);
}

/**
 * After a schedule that falls to nothing, such as one-cycle or a cosine of steps, fine-tuning goes on at what was left. Nothing
 * is then recovered, and nothing shed, whatever the pruning was. A last rate of a hundredth is usual (Renda et al., ICLR 2020).
 */
function lowRateAfterPruning({ arms, plan, stepsPerEpoch, retraining }: WarnedRun): string | null {
  const last = plan.prunings.at(-1);
  if (!last) return null;
  const highest = highestRate(plan, stepsPerEpoch, { epoch: 1, step: 0 })!;
  const from =
    last.step === null ? { epoch: last.epoch + 1, step: 0 } : { epoch: last.epoch, step: last.step };
  const most = highestRate(plan, stepsPerEpoch, from);
  if (most === null || most >= LOW * highest) return null;
  const times = (highest / most).toPrecision(2);
  const what =
    plan.stages.length > 1 && plan.stages.at(-1)!.firstEpoch <= from.epoch
      ? `the retraining '${retraining}' trains`
      : 'training goes on';
  return (
    `Arm ${arms.map((arm) => `'${arm}'`).join(', ')}: after its last pruning ${what} at a rate of ${readable(most)} at most, ` +
    `${most === 0 ? 'where' : `${Number(times)} times lower than`} the training had ${readable(highest)}, so that hardly a weight moves. ` +
    `Prune earlier, or choose the retraining 'learning-rate-rewinding', or 'low-rate' with a rate of your own.`
  );
}

/** Epochs that are looked at, of however many; rates change little from one to the next. */
const LOOKS = 50;

/**
 * Highest rate from a step of an epoch on, by the first, middle and last steps of up to `LOOKS` epochs evenly spaced; null
 * where nothing is trained after it.
 */
function highestRate(
  plan: TrainingPlan,
  stepsPerEpoch: number,
  from: { epoch: number; step: number },
): number | null {
  const epochs = plan.epochs - from.epoch + 1;
  if (epochs < 1) return null;
  const looks = Math.min(epochs, LOOKS);
  let highest = 0;
  for (let look = 0; look < looks; look++) {
    const epoch = from.epoch + Math.floor((look * epochs) / looks);
    const first = look === 0 ? from.step : 0;
    const last = stepsOfEpoch(plan, epoch, stepsPerEpoch) - 1;
    for (const step of [first, Math.floor((first + last) / 2), last])
      highest = Math.max(highest, rateOf(plan, epoch, step, stepsPerEpoch));
  }
  return highest;
}

function readable(rate: number): string {
  return String(Number(rate.toPrecision(3)));
}
