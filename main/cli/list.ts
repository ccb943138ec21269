import type { RunSummary } from '../../common/contract/schemas.ts';
import type { ControlKind } from '../../common/controls.ts';
import { lastExcessOf } from '../../common/last-excess.ts';
import { shortHash } from '../../common/short-hash.ts';
import { percent, points, seconds, table } from './table.ts';

/** One line a run. `label` is the threshold at which weights count as shed. */
export function listText(runs: readonly RunSummary[], label: string): string {
  if (runs.length === 0)
    return 'There are no runs in this workspace yet: `cascade run starter` starts the first.';
  const prioritised = runs.some((run) => run.priority !== 0);
  const stepwise = runs.some((run) => run.previousMask !== null);
  const several = runs.some((run) => run.dataPinned);
  return table(
    [
      { title: 'run' },
      { title: 'study / arm' },
      { title: 'seed', number: true },
      { title: 'state' },
      ...(prioritised ? [{ title: 'priority', number: true }] : []),
      { title: 'epoch', number: true },
      { title: 'left', number: true },
      { title: 'test', number: true },
      { title: 'pruned, of all', number: true },
      { title: `shed ${label}, of kept`, number: true },
      { title: 'excess', number: true },
      ...(stepwise ? [{ title: 'excess over previous mask', number: true }] : []),
      ...(several ? [{ title: 'data' }] : []),
    ],
    runs.map((run) => [
      run.id,
      armOf(run),
      String(run.seed),
      run.state,
      ...(prioritised ? [run.priority === 0 ? '' : String(run.priority)] : []),
      `${run.epochsDone}/${run.epochsTotal}`,
      seconds(run.progress?.secondsLeft),
      percent(run.testAccuracy, 2),
      percent(run.states?.pruned),
      percent(run.states?.shed[label]),
      excessText(run, label, 'dense'),
      ...(stepwise ? [excessText(run, label, 'previous-mask')] : []),
      ...(several ? [run.data === null ? '–' : shortHash(run.data)] : []),
    ]),
  );
}

/** The excess over a control; one that is not of the run's last epoch says of which it is. */
function excessText(run: RunSummary, label: string, against: ControlKind): string {
  const last = lastExcessOf(run, against);
  const excess = last?.shares[label];
  if (last === null || excess === undefined) return points(null);
  return last.isCurrent ? points(excess) : `${points(excess)} at epoch ${last.epoch}`;
}

/** The first study and arm that asked for the run. */
export function armOf(run: RunSummary): string {
  const first = run.memberships[0];
  if (first === undefined) return '–';
  const more = run.memberships.length > 1 ? ` (+${run.memberships.length - 1})` : '';
  return `${first.study} / ${first.arm}${more}`;
}
