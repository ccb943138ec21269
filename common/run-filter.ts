import type { RunFilter, RunSummary } from './contract/schemas.ts';

type Named = Pick<RunSummary, 'id' | 'state' | 'memberships'>;

/** The runs that a filter means, in their order. */
export function filterRuns<R extends Named>(runs: readonly R[], filter: RunFilter): R[] {
  const named = idsNamed(filter.ids);
  const words = filter.text?.toLowerCase().split(/\s+/) ?? [];
  return runs
    .filter(
      ({ id, state, memberships }) =>
        named(id) &&
        (filter.states === undefined || filter.states.includes(state)) &&
        (filter.study === undefined || memberships.some(({ study }) => study === filter.study)) &&
        (words.length === 0 || holdsAll(words, id, memberships)),
    )
    .slice(0, filter.limit);
}

function holdsAll(words: readonly string[], id: string, memberships: Named['memberships']): boolean {
  const names = memberships.map(({ study, arm }) => `${study} ${arm}`.toLowerCase());
  return words.every((word) => id.startsWith(word) || names.some((name) => name.includes(word)));
}

/** Whole ids are looked up, however many they are; a single name may be the beginning of one. */
function idsNamed(ids: readonly string[] | undefined): (id: string) => boolean {
  if (ids === undefined) return () => true;
  const whole = new Set(ids);
  const beginnings = ids.length === 1 ? ids : ids.filter((id) => !id.includes('-s'));
  return (id) => whole.has(id) || beginnings.some((beginning) => id.startsWith(beginning));
}
