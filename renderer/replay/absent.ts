import type { RunState } from '../../common/contract/schemas.ts';

/** What is known of one side of the replay where its picture of an epoch is not there. */
export interface Side {
  role: 'run' | 'control';
  state: RunState;
  /** Epochs that were measured, in order. */
  epochs: readonly number[];
  epoch: number;
  /** Whether the run measures the threshold that is shown. */
  measuresThreshold: boolean;
  threshold: string;
  /** Whether its channels were asked for and are not stored. */
  isMissing: boolean;
}

/** Whether a run may still get another epoch by itself. */
export function isComing(state: RunState): boolean {
  return state === 'queued' || state === 'running' || state === 'paused';
}

/** Why there is nothing to wait for, or what is waited for; null while it is being read. */
export function absentSentence(side: Side): string | null {
  const { role, state, epochs, epoch } = side;
  const last = epochs.at(-1);
  if (last === undefined)
    return isComing(state)
      ? `This ${role} is ${state} and has measured no epoch yet; it is shown once it has.`
      : `This ${role} is ${state} and has measured no epoch: resume it to see it here.`;
  if (epoch > last) {
    if (isComing(state)) return `This ${role} has reached epoch ${last} so far.`;
    const way = state === 'finished' ? '' : ': resume it to see more';
    return `This ${role} is ${state} after epoch ${last}; epoch ${epoch} was not measured${way}.`;
  }
  if (!epochs.includes(epoch)) return `Epoch ${epoch} of this ${role} was not measured.`;
  if (!side.measuresThreshold)
    return `This ${role} does not measure shed ≤ ${side.threshold}: choose another threshold.`;
  if (side.isMissing) return `The channels of epoch ${epoch} of this ${role} are not stored.`;
  return null;
}

/** Of a run that has fewer epochs than the moment: where it ended, and that it is shown as it was then. */
export function heldSentence(state: RunState, last: number): string {
  if (isComing(state)) return `This run has reached epoch ${last} so far, and is shown as it is there.`;
  const how = state === 'finished' ? '' : ` (${state})`;
  return `This run ended at epoch ${last}${how}, and is held there.`;
}
