import { shortHash } from '../../common/short-hash.ts';
import { CONTROL_KINDS, CONTROL_SHORT_NAMES, type ControlKind } from '../../common/controls.ts';
import type { RunState, RunSummary } from '../../common/contract/schemas.ts';
import { lastExcessOf } from '../../common/last-excess.ts';
import { MISSING, percent, points } from './numbers.ts';

/** What a person calls a run: study · arm · seed. */
export function runTitle(
  run: Pick<RunSummary, 'memberships' | 'seed' | 'id'> & Partial<Pick<RunSummary, 'data' | 'dataPinned'>>,
): string {
  const first = run.memberships[0];
  return first ? `${first.study} · ${first.arm}${dataText(run)} · seed ${run.seed}` : `${run.id}`;
}

/** The arms of a run, and its data where it stands beside runs of other data of the same files. */
export function armOf(
  run: Pick<RunSummary, 'memberships'> & Partial<Pick<RunSummary, 'data' | 'dataPinned'>>,
): string {
  const arms = [...new Set(run.memberships.map((membership) => membership.arm))].join(', ') || '–';
  return arms + dataText(run);
}

function dataText({ data, dataPinned }: Partial<Pick<RunSummary, 'data' | 'dataPinned'>>): string {
  return dataPinned && data ? ` (data ${shortHash(data)})` : '';
}

export function studyOf(run: Pick<RunSummary, 'memberships'>): string {
  return [...new Set(run.memberships.map((membership) => membership.study))].join(', ') || '–';
}

/** How a run stands to a control: what its shedding may be read as. */
export type Standing = 'controlled' | 'uncontrolled' | 'control';

export function standingOf(run: Pick<RunSummary, 'prunes' | 'control' | 'previousMask'>): Standing {
  if (!run.prunes) return 'control';
  return controlsOf(run).length === 0 ? 'uncontrolled' : 'controlled';
}

/** The kinds of control that a run has. */
export function controlsOf(run: Pick<RunSummary, 'control' | 'previousMask'>): ControlKind[] {
  return CONTROL_KINDS.filter((kind) => controlOf(run, kind) !== null);
}

/** Id of a run's control of a kind; null where it has none. */
export function controlOf(
  { control, previousMask }: Pick<RunSummary, 'control' | 'previousMask'>,
  kind: ControlKind,
): string | null {
  return kind === 'dense' ? control : (previousMask?.control ?? null);
}

/** What stands in place of an excess curve where there can be none. */
export function withoutControl(standing: Standing): string | undefined {
  if (standing === 'uncontrolled') return 'no control to compare with';
  return standing === 'control' ? 'this run is a control: nothing is pruned in it' : undefined;
}

/**
 * Cascade excess over the dense control in percentage points, with its epoch where that is not the run's last; or why there is
 * none: 'previous mask' is its only control.
 */
export function excessText(run: RunSummary, threshold: string): string {
  return excessParts(run, threshold).join(' ');
}

/** The same in two parts where there are two: the excess and its epoch. */
export function excessParts(run: RunSummary, threshold: string): string[] {
  const standing = standingOf(run);
  if (standing !== 'controlled') return [standing];
  if (run.control === null) return [CONTROL_SHORT_NAMES['previous-mask']];
  return lastExcessParts(run, 'dense', threshold);
}

/** The excess over a control of a kind; one that is not of the run's last epoch says of which it is. */
export function lastExcessText(run: RunSummary, against: ControlKind, threshold: string): string {
  return lastExcessParts(run, against, threshold).join(' ');
}

function lastExcessParts(run: RunSummary, against: ControlKind, threshold: string): string[] {
  const last = lastExcessOf(run, against);
  const excess = last?.shares[threshold];
  if (last === null || excess === undefined) return [MISSING];
  return last.isCurrent ? [points(excess)] : [points(excess), `at epoch ${last.epoch}`];
}

/** Share of the epochs done, counting the one under way. */
export function progressShare(run: RunSummary): number {
  if (run.epochsTotal === 0) return 0;
  const within =
    run.progress && run.progress.steps > 0 && run.state !== 'finished'
      ? run.progress.step / run.progress.steps
      : 0;
  const done = run.epochsDone + (run.progress && run.progress.epoch > run.epochsDone ? within : 0);
  return Math.min(1, done / run.epochsTotal);
}

/** What can be done with a run in a state. */
export function actionsOf(state: RunState): {
  pause: boolean;
  resume: boolean;
  stop: boolean;
  remove: boolean;
} {
  return {
    pause: state === 'running',
    resume: state === 'paused' || state === 'interrupted' || state === 'stopped' || state === 'failed',
    stop: state === 'running' || state === 'paused' || state === 'queued',
    remove: state !== 'queued' && state !== 'running' && state !== 'paused',
  };
}

/** A share of the run's last epoch at the threshold, for people: '56.2%'. */
export function shedText(run: RunSummary, threshold: string): string {
  return percent(run.states?.shed[threshold]);
}

/** A device as people call it: 'cpu', 'gpu 0', from TensorFlow's '/job:localhost/replica:0/task:0/device:GPU:0'. */
export function deviceName(device: string | null): string | null {
  const parts = /device:([A-Za-z]+):(\d+)$/.exec(device ?? '');
  if (parts === null) return device;
  const kind = (parts[1] ?? '').toLowerCase();
  return kind === 'cpu' ? kind : `${kind} ${parts[2]}`;
}
