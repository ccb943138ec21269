import type { RunSummary } from '../../common/contract/schemas.ts';

/** Which runs a replay shows beside its run, as its address says it: other views lead there too. */

/** Runs that a replay shows beside its run at most: what is more cannot be looked at in step. */
export const MOST_BESIDE = 3;
/** As the address says that nothing is beside the run. */
const NOTHING = 'none';

/** Which runs the address wants beside one. */
export interface Beside {
  ids: readonly string[];
  /** Of those that it names, how many have no room. */
  left: number;
}

/** Reads 'id,id'; null where the address does not say, which means the run's control. */
export function readBeside(text: string | undefined, run: string | null): Beside | null {
  if (text === undefined || text === '') return null;
  if (text === NOTHING) return { ids: [], left: 0 };
  const named = [...new Set(text.split(','))].filter((id) => id !== '' && id !== run);
  return { ids: named.slice(0, MOST_BESIDE), left: Math.max(0, named.length - MOST_BESIDE) };
}

export function writeBeside(ids: readonly string[]): string {
  return ids.length === 0 ? NOTHING : ids.join(',');
}

/** The parameters of a replay of two to four runs in step; the first that prunes is the one that the others are beside. */
export function replayOf(runs: readonly Pick<RunSummary, 'id' | 'prunes'>[]): Record<string, string> {
  const first = runs.find(({ prunes }) => prunes) ?? runs[0]!;
  const others = runs.filter(({ id }) => id !== first.id).map(({ id }) => id);
  return { run: first.id, beside: writeBeside(others) };
}

/**
 * The runs of some groups that can be replayed in step: all of them where there is room, else one of each group, of the seed that most
 * of them have. Null where they are fewer than two, or too many.
 */
export function inStep<T extends Pick<RunSummary, 'id' | 'prunes' | 'seed'>>(
  groups: readonly (readonly T[])[],
): readonly T[] | null {
  const all = [...new Map(groups.flat().map((run) => [run.id, run])).values()];
  const some = all.length <= 1 + MOST_BESIDE ? all : ofOneSeed(groups);
  return some.length < 2 || some.length > 1 + MOST_BESIDE ? null : some;
}

function ofOneSeed<T extends Pick<RunSummary, 'seed'>>(groups: readonly (readonly T[])[]): T[] {
  const seeds = [...new Set(groups.flatMap((runs) => runs.map(({ seed }) => seed)))].sort((a, b) => a - b);
  const having = (seed: number): number =>
    groups.filter((runs) => runs.some((run) => run.seed === seed)).length;
  const [best] = [...seeds].sort((one, other) => having(other) - having(one));
  return groups.flatMap((runs) => runs.find(({ seed }) => seed === best) ?? runs[0] ?? []);
}
