interface OfRuns {
  groups: readonly { runs: readonly string[] }[];
}

export interface Difference {
  gone: string[];
  more: string[];
  /** Null where either is not known. */
  why: string | null;
}

/** Runs that a file has and the workspace has no more in the figure, and the other way round, in words too. */
export function difference(before: OfRuns | null, now: OfRuns | null): Difference {
  if (before === null || now === null) return { gone: [], more: [], why: null };
  const [old, fresh] = [before, now].map(({ groups }) => new Set(groups.flatMap(({ runs }) => runs))) as [
    Set<string>,
    Set<string>,
  ];
  const gone = [...old].filter((run) => !fresh.has(run));
  const more = [...fresh].filter((run) => !old.has(run));
  const some = (runs: readonly string[]): string =>
    runs.slice(0, 3).join(', ') + (runs.length > 3 ? ', …' : '');
  const parts = [
    ...(gone.length === 0 ? [] : [`${gone.length} of its runs are gone: ${some(gone)}`]),
    ...(more.length === 0 ? [] : [`${more.length} more runs: ${some(more)}`]),
  ];
  const why =
    parts.length === 0 ? 'the same runs give other numbers, or the figure asks for others' : parts.join('; ');
  return { gone, more, why };
}
