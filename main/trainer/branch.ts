import type { PlannedPruning, TrainingPlan } from './training-plan.ts';

/**
 * Where a run leaves its trunk: the run that is the same in everything, but prunes nothing and retrains nothing, or that
 * leaves out its last pruning. Until then the two are equal to the bit, so that the trunk is trained once for all runs
 * that leave it.
 */
export interface Branch {
  /** Last epoch that is shared; at least 1. */
  epoch: number;
  /** Whether weights are pruned at the very end of that epoch, so that its record is another one. */
  prunes: boolean;
  /** Epoch of the trunk whose weights are rewound to later; null where none is needed, or its checkpoints hold them. */
  rewindEpoch: number | null;
}

/**
 * The branch of a plan; null where it is its own trunk, or shares no whole epoch with it.
 *
 * @param trunkPrunings prunings that the trunk does as well: all but the last, or none
 */
export function branchOf(plan: TrainingPlan, stepsPerEpoch: number, trunkPrunings = 0): Branch | null {
  if (trunkPrunings > 0) return prunedBranch(plan, trunkPrunings);
  const training = plan.stages[0]!;
  const [first] = plan.prunings;
  if (!first && plan.stages.length === 1) return null;
  const rewindTo = plan.rewindTo ?? 0;
  // A state to rewind to that lies within an epoch is in no checkpoint of the trunk: it has to be come by.
  const limit = rewindTo % stepsPerEpoch === 0 ? training.epochs : Math.floor(rewindTo / stepsPerEpoch);
  const pruned = first ? epochBefore(first) : training.epochs;
  const epoch = Math.min(pruned, limit, training.epochs);
  if (epoch < 1) return null;
  return {
    epoch,
    prunes: first?.step === null && first.epoch === epoch,
    rewindEpoch: rewindTo > 0 && limit === training.epochs ? rewindTo / stepsPerEpoch : null,
  };
}

/**
 * Where a run leaves the one that keeps its previous mask. What is rewound to lies in the training, before all prunings of
 * rounds: the trunk has been there, and keeps it in every checkpoint.
 */
function prunedBranch({ prunings }: TrainingPlan, trunkPrunings: number): Branch | null {
  const next = prunings[trunkPrunings];
  if (!next) return null;
  const epoch = epochBefore(next);
  // Until the trunk prunes it is the unpruned one, of which there is one for more runs.
  if (epoch < 1 || epoch < prunings[0]!.epoch) return null;
  return { epoch, prunes: next.step === null, rewindEpoch: null };
}

/** The last epoch that is whole before a pruning. */
function epochBefore({ epoch, step }: PlannedPruning): number {
  return step === null ? epoch : epoch - 1;
}
