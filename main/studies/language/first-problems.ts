/** Something wrong with a study file: the sentence says what was found and what is allowed. */
export interface StudyProblem {
  /** From 1; null where the problem belongs to no place in the text. */
  line: number | null;
  column: number | null;
  /** Such as 'arms[1].pruning.criterion'; empty for the file as a whole. */
  key: string;
  message: string;
}

/** Problems that are told at once: who corrects these sees the next. */
export const MOST_PROBLEMS = 20;

/** The first problems of a study in the order of the file; of more, a last one says that there may be others. */
export function firstProblems(problems: readonly StudyProblem[]): StudyProblem[] {
  const ordered = [...problems].sort(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  if (ordered.length <= MOST_PROBLEMS) return ordered;
  const message = `these are the first ${MOST_PROBLEMS} problems; correct them to see whether there are more`;
  return [...ordered.slice(0, MOST_PROBLEMS), { line: null, column: null, key: '', message }];
}
