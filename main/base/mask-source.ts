import { isHash, runId } from './run-id.ts';
import type { PruningSpecification } from '../../common/run-specification.ts';

/** The criterion that takes its masks from elsewhere; its options are `main/trainer/pruning/criteria/given-masks.ts`. */
export const GIVEN_MASKS = 'given-masks';

/** A run whose masks another one takes, and the epoch after which it takes them. */
export interface MaskSource {
  id: string;
  epoch: number;
}

type Pruned = { pruning: Pick<PruningSpecification, 'criterion'> | null };

/** What a pruning says of where its masks come from. */
export interface MaskOrigin {
  /** As it is written in a study: an id, or enough of its beginning. In a specification whole: see `maskSourceOf`. */
  run: string | null;
  /** Name of an arm of the same study. No run's specification names one: it is the arm's run that decides. */
  arm: string | null;
  /** Null for the last one. */
  epoch: number | null;
}

/** Null of a pruning that chooses its masks itself, or has them from a file. */
export function maskOriginOf({ pruning }: Pruned): MaskOrigin | null {
  if (pruning?.criterion.name !== GIVEN_MASKS) return null;
  const { run, arm, epoch } = pruning.criterion;
  if (typeof run !== 'string' && typeof arm !== 'string') return null;
  return {
    run: typeof run === 'string' ? run : null,
    arm: typeof arm === 'string' ? arm : null,
    epoch: typeof epoch === 'number' ? epoch : null,
  };
}

/**
 * The run that a run with this specification and seed takes its masks from. The specification holds a whole id, or a hash
 * alone: then it is the run of the same seed, so that runs that differ in their seeds have one specification.
 */
export function maskSourceOf(specification: Pruned, seed: number): MaskSource | null {
  const origin = maskOriginOf(specification);
  if (origin === null || origin.run === null || origin.epoch === null) return null;
  return { id: isHash(origin.run) ? runId(origin.run, seed) : origin.run, epoch: origin.epoch };
}
