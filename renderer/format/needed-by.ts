import type { RunSummary } from '../../common/contract/schemas.ts';
import { runTitle } from './runs.ts';

/** Runs that need a run. */
export interface NeededBy {
  /** Compared with it: it cannot be deleted before them. */
  compared: readonly RunSummary[];
  /** Not finished yet, and take their first epochs or their masks from it. */
  taking: readonly RunSummary[];
}

export function neededBy(runs: readonly RunSummary[]): ReadonlyMap<string, NeededBy> {
  const needed = new Map<string, { compared: RunSummary[]; taking: RunSummary[] }>();
  const add = (id: string | null | undefined, run: RunSummary, how: keyof NeededBy): void => {
    if (id === null || id === undefined || id === run.id) return;
    const entry = needed.get(id) ?? { compared: [], taking: [] };
    if (!entry[how].includes(run)) entry[how].push(run);
    needed.set(id, entry);
  };
  for (const run of runs) {
    add(run.control, run, 'compared');
    add(run.previousMask?.control, run, 'compared');
    if (run.state === 'finished') continue;
    add(run.trunk?.id, run, 'taking');
    add(run.masks?.id, run, 'taking');
  }
  return needed;
}

/** Names that have room in a sentence. */
const MOST = 3;

function names(runs: readonly RunSummary[]): string {
  const shown = runs.slice(0, MOST).map(runTitle).join('; ');
  return runs.length > MOST ? `${shown}; and ${runs.length - MOST} more` : shown;
}

/** Why a run cannot be deleted; null where it can. */
export function keptBecause(needed: NeededBy | undefined): string | null {
  const compared = needed?.compared ?? [];
  if (compared.length === 0) return null;
  return `It is the control of ${compared.length === 1 ? 'a run' : `${compared.length} runs`}, to be deleted first: ${names(compared)}.`;
}

/** What deleting it takes from others; null for nothing. */
export function takenAway(needed: NeededBy | undefined): string | null {
  const taking = needed?.taking ?? [];
  if (taking.length === 0) return null;
  return `These are not finished and take epochs or masks from it: ${names(taking)}. They then train such epochs themselves, but fail where they need its masks.`;
}
