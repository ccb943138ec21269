import type { RunPlan } from './plan.ts';

/**
 * Where a run leaves its trunk: the run that is the same in everything, but prunes nothing and retrains nothing. Until
 * then the two are equal to the bit, so that the trunk is trained once for all runs that leave it.
 */
export interface Branch {
  /** Last training epoch that is shared; at least 1. */
  epoch: number;
  /** Whether weights are pruned at the very end of that epoch, so that its record is another one. */
  prunes: boolean;
  /** Epoch of the trunk whose weights are rewound to later; null where none is needed. */
  rewindEpoch: number | null;
}

/** The branch of a plan; null where it is its own trunk, or shares no whole epoch with it. */
export function branchOf(plan: RunPlan, stepsPerEpoch: number): Branch | null {
  const training = plan.stages[0]!;
  const [first] = plan.prunings;
  if (!first && plan.stages.length === 1) return null;
  const rewindTo = plan.rewindTo ?? 0;
  // A state to rewind to that lies within an epoch is in no checkpoint of the trunk: it has to be come by.
  const limit = rewindTo % stepsPerEpoch === 0 ? training.epochs : Math.floor(rewindTo / stepsPerEpoch);
  const pruned = first ? (first.step === null ? first.epoch : first.epoch - 1) : training.epochs;
  const epoch = Math.min(pruned, limit, training.epochs);
  if (epoch < 1) return null;
  return {
    epoch,
    prunes: first?.step === null && first.epoch === epoch,
    rewindEpoch: rewindTo > 0 && limit === training.epochs ? rewindTo / stepsPerEpoch : null,
  };
}
