/** A side of a comparison of answers: all finished runs of a group, or one of them. */
export interface AnswerSide {
  /** As settings hold it: a group's id, or `run ` and a run's. */
  id: string;
  title: string;
  runs: readonly SideRun[];
  single: boolean;
}

export interface SideRun {
  id: string;
  seed: number;
  prunes: boolean;
  title: string;
}

export interface RunPair {
  seed: number;
  before: string;
  after: string;
}

/**
 * Two sides that are the same are paired run by run; two single runs are a pair; else runs of equal seed are, where a side has one run
 * of the seed: of several there is no telling which is meant.
 */
export function pairsOf(before: AnswerSide | undefined, after: AnswerSide | undefined): RunPair[] {
  if (!before || !after) return [];
  if (before.id === after.id) return before.runs.map(({ id, seed }) => ({ seed, before: id, after: id }));
  const [one, other] = [before.runs[0], after.runs[0]];
  if (one && other && before.runs.length === 1 && after.runs.length === 1 && (before.single || after.single))
    return [{ seed: one.seed, before: one.id, after: other.id }];
  const [first, second] = [bySeed(before), bySeed(after)];
  return [...first].flatMap(([seed, run]) => {
    const twin = second.get(seed);
    return run === null || !twin ? [] : [{ seed, before: run, after: twin }];
  });
}

function bySeed({ runs }: AnswerSide): Map<number, string | null> {
  const found = new Map<number, string | null>();
  for (const { id, seed } of runs) found.set(seed, found.has(seed) ? null : id);
  return found;
}
