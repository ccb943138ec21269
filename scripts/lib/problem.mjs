/** Something that could not be had: its message is one sentence that says what a person can do. */
export class Problem extends Error {
  /** @override */
  name = 'Problem';
}

/**
 * What to show of an error: the sentence of a Problem, the whole trace of a mistake of ours.
 * @param {unknown} error
 * @returns {string}
 */
export function describe(error) {
  if (error instanceof Problem) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
