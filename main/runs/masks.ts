import type { RunSummary } from '../../common/contract/schemas.ts';
import { CascadeError } from '../../common/errors.ts';
import type { Workspace } from '../workspace/workspace.ts';

/**
 * Masks of the run that this one takes them from, as the .npz that its thread is handed; null where it takes none, or has
 * them in its own checkpoint already.
 *
 * @param pruned epochs in which it is pruned: a checkpoint after one has the masks
 * @param resumed epoch of the checkpoint that it goes on from; null for none
 * @throws CascadeError NO_MASKS where that run is not there, or does not have the epoch
 */
export async function findMasks(
  workspace: Workspace,
  { masks }: RunSummary,
  pruned: readonly number[],
  resumed: number | null,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (masks === null || pruned.some((epoch) => resumed !== null && epoch <= resumed)) return null;
  const { id, epoch } = masks;
  const lacks = (why: string, todo: string) =>
    new CascadeError(
      'NO_MASKS',
      `The run takes the masks of the run ${id} after epoch ${epoch}, ${why}: ${todo}.`,
    );
  const source = await orNull(workspace.summary(id));
  if (source === null)
    throw lacks(
      'which is not in this workspace any more',
      'start the study that it is of again, and then resume this run',
    );
  const npz = await orNull(workspace.prunedMasks(id, epoch));
  if (npz === null)
    throw lacks(
      `which is ${source.state} after epoch ${source.epochsDone} of ${source.epochsTotal}`,
      'resume that run, and then this one',
    );
  return npz;
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CascadeError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}
