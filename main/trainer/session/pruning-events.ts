import type { RunEvent } from '../../../common/records.ts';
import type { PlannedPruning } from '../training-plan.ts';
import type { PruningOutcome } from '../pruning/prune.ts';
import type { Evaluation } from '../steps/evaluation-step.ts';

export interface DonePruning {
  planned: PlannedPruning;
  outcome: PruningOutcome;
  /** Pruned weights of the whole network, and all prunable ones. */
  pruned: number;
  weights: number;
  /** On the test split; null for a pruning within an epoch, which is not evaluated. */
  before: Evaluation | null;
  after: Evaluation | null;
}

/** What a run's log says of a pruning. */
export function pruningEvents({ planned, outcome, pruned, weights, before, after }: DonePruning): RunEvent[] {
  const { epoch, step } = planned;
  const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;
  const accuracy =
    before && after
      ? `; test accuracy ${percent(before.accuracy)} → ${percent(after.accuracy)}`
      : `, after ${step} steps of the epoch`;
  const events: RunEvent[] = [
    {
      kind: 'pruned',
      epoch,
      message:
        `Pruned ${percent(outcome.reached)} of the chosen layers’ weights (asked ${percent(outcome.asked)}), ` +
        `${percent(pruned / weights)} of all${accuracy}.`,
      data: {
        ...(step === null ? {} : { step }),
        asked: outcome.asked,
        reached: outcome.reached,
        prunedWeights: pruned,
        prunableWeights: weights,
        layers: outcome.layers,
        testAccuracyBefore: before?.accuracy ?? null,
        testAccuracyAfter: after?.accuracy ?? null,
        testLossBefore: before?.loss ?? null,
        testLossAfter: after?.loss ?? null,
      },
    },
  ];
  if (outcome.collapsed.length > 0)
    events.push({
      kind: 'layer-collapsed',
      epoch,
      message: `Every weight of ${outcome.collapsed.join(', ')} was pruned: nothing that goes through it reaches the output.`,
      data: { layers: outcome.collapsed },
    });
  return events;
}
