import type { TrainerEnd } from '../trainer/messages.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Checkpoints of a run that are to be made again, and what to go on from. */
export interface Mending {
  /** Epochs whose checkpoints are damaged or missing, in order. */
  epochs: number[];
  /** The newest intact one before all of them; null where there is none, so that it begins anew. */
  from: { epoch: number; bytes: Uint8Array<ArrayBuffer> } | null;
}

/**
 * What there is to mend of a run all of whose epochs are stored; null where every checkpoint is what was written. Reads
 * every one, an epoch at a time, so that others are answered in between.
 */
export async function findMending(workspace: Workspace, id: string): Promise<Mending | null> {
  const epochs: number[] = [];
  for (const epoch of await workspace.ownCheckpointEpochs(id))
    if (!(await workspace.isIntact(id, epoch))) epochs.push(epoch);
  const [first] = epochs;
  if (first === undefined) return null;
  return { epochs, from: await workspace.lastCheckpoint(id, first) };
}

export function mendingText(epochs: readonly number[]): string {
  return `Trains ${checkpointsOf(epochs)} again.`;
}

/** How it ended, for a run that is finished whatever came of it: why it failed, and what the log tells. */
export function mendingEnd(
  epochs: readonly number[],
  end: TrainerEnd,
): { reason: string | null; message: string } {
  switch (end.type) {
    case 'finished':
      return { reason: null, message: `Trained ${checkpointsOf(epochs)} again.` };
    case 'stopped':
      return { reason: null, message: `Training ${checkpointsOf(epochs)} again was stopped.` };
    case 'failed': {
      const message = `Could not train ${checkpointsOf(epochs)} again: ${end.message}`;
      return { reason: message, message };
    }
  }
}

function checkpointsOf(epochs: readonly number[]): string {
  return `${epochs.length === 1 ? 'the checkpoint after epoch' : 'the checkpoints after the epochs'} ${epochs.join(', ')}`;
}
