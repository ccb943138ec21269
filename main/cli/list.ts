import type { RunSummary } from '../../common/contract/schemas.ts';
import { percent, seconds, table } from './table.ts';

/** One line a run. `label` is the threshold at which weights count as shed. */
export function listText(runs: readonly RunSummary[], label: string): string {
  if (runs.length === 0)
    return 'There are no runs in this workspace yet: `cascade run starter` starts the first.';
  const prioritised = runs.some((run) => run.priority !== 0);
  const stepwise = runs.some((run) => run.previousMask !== null);
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
      { title: 'pruned', number: true },
      { title: `shed ${label}`, number: true },
      { title: 'excess', number: true },
      ...(stepwise ? [{ title: 'excess over previous mask', number: true }] : []),
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
      percent(run.excess?.[label]),
      ...(stepwise ? [percent(run.previousMask?.excess?.[label])] : []),
    ]),
  );
}

/** The first study and arm that asked for the run. */
export function armOf(run: RunSummary): string {
  const first = run.memberships[0];
  if (first === undefined) return '–';
  const more = run.memberships.length > 1 ? ` (+${run.memberships.length - 1})` : '';
  return `${first.study} / ${first.arm}${more}`;
}
