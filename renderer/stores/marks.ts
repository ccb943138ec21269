import type { RunMarks, RunSummary } from '../../common/contract/schemas.ts';
import { runTitle } from '../format/runs.ts';
import { keptBecause } from '../format/needed-by.ts';
import { attempt, notify } from './notices.ts';
import { untilTold, type Workstation } from './workstation.ts';

/** What a person notes of runs, tells at once, and can take back. */
export async function markRuns(
  { client }: Workstation,
  ids: readonly string[],
  marks: RunMarks,
): Promise<void> {
  if (ids.length > 0) await attempt(client.runs.mark({ ids: [...ids], ...marks }));
}

function named(runs: readonly RunSummary[]): string {
  return runs.length === 1 ? runTitle(runs[0]!) : `${runs.length} runs`;
}

/** Runs that cannot go to the bin, and why: those that wait or train, and controls of runs that stay. */
export function keptFromBin(
  workstation: Workstation,
  runs: readonly RunSummary[],
): { run: RunSummary; why: string }[] {
  const going = new Set(runs.map(({ id }) => id));
  return runs.flatMap((run) => {
    if (['queued', 'running', 'paused'].includes(run.state))
      return [{ run, why: 'It is queued or training: stop it first.' }];
    const needed = workstation.neededBy(run.id);
    const compared = (needed?.compared ?? []).filter(({ id }) => !going.has(id));
    const why = keptBecause(needed && { ...needed, compared });
    return why === null ? [] : [{ run, why }];
  });
}

/** Moves runs into the bin, but for those that others need; the notice of it takes it back. */
export async function moveToBin(workstation: Workstation, runs: readonly RunSummary[]): Promise<void> {
  const kept = keptFromBin(workstation, runs);
  const moved = runs.filter((run) => !kept.some((each) => each.run.id === run.id));
  for (const { run, why } of kept.slice(0, 1))
    notify(
      'error',
      kept.length === 1
        ? `${runTitle(run)} cannot be deleted. ${why}`
        : `${kept.length} runs cannot be deleted. The first, ${runTitle(run)}: ${why}`,
    );
  if (moved.length === 0) return;
  const ids = moved.map(({ id }) => id);
  const done = await attempt(workstation.client.runs.mark({ ids, binned: true }));
  if (!done) return;
  notify('done', `Moved ${named(moved)} to the bin.`, {
    label: 'Undo',
    run: () => void restore(workstation, moved),
  });
  await untilTold();
}

/** Takes runs out of the bin. */
export async function restore(workstation: Workstation, runs: readonly RunSummary[]): Promise<void> {
  const ids = runs.map(({ id }) => id);
  const done = await attempt(workstation.client.runs.mark({ ids, binned: false }));
  if (done) notify('done', `${named(runs)} ${runs.length === 1 ? 'is' : 'are'} back.`);
  await untilTold();
}

/** Deletes runs of the bin with all that was measured, each before the controls that it is compared with. */
export async function deleteForGood(workstation: Workstation, runs: readonly RunSummary[]): Promise<void> {
  const going = new Map(runs.map((run) => [run.id, run]));
  const controls = new Set(
    runs.flatMap(({ control, previousMask }) => [control, previousMask?.control ?? null]),
  );
  // A control may itself be compared with another; deeper there is nothing.
  const depth = (run: RunSummary): number =>
    controls.has(run.id) ? 1 + Number(run.control !== null && going.has(run.control)) : 3;
  const order = [...runs].sort((one, other) => depth(other) - depth(one));
  let deleted = 0;
  for (const { id } of order)
    if (await attempt(workstation.client.runs.remove({ id }))) deleted += 1;
    else break;
  if (deleted > 0)
    notify('done', `Deleted ${deleted === 1 ? named(order.slice(0, 1)) : `${deleted} runs`} for good.`);
  await untilTold();
}
