import type { RunSummary } from '../../common/contract/schemas.ts';
import { armOf, studyOf } from '../format/runs.ts';

/**
 * The box over the table of runs: a filter over names, not a language. Every word is looked for in the study's and the arm's
 * name, 'seed 3' names that seed and no other, and an id is known by its beginning.
 */

/** Letters and digits of an id from which on it is told apart from a word of a name. */
const LEAST_OF_ID = 4;

interface Wanted {
  words: string[];
  /** Each that was named; a run has one, so that two of them name none. */
  seeds: number[];
}

function read(text: string): Wanted {
  const seeds: number[] = [];
  const rest = text.toLowerCase().replace(/(?:^|\s)seed\s+(\d+)(?=\s|$)/g, (_, digits: string) => {
    seeds.push(Number(digits));
    return ' ';
  });
  // A name that was copied has dots between its parts.
  return { words: rest.split(/\s+/).filter((word) => word !== '' && word !== '·'), seeds };
}

/** Runs whose names hold every word. */
export function filterByName(runs: readonly RunSummary[], text: string): RunSummary[] {
  const { words, seeds } = read(text);
  return runs.filter((run) => {
    if (!seeds.every((seed) => seed === run.seed)) return false;
    const names = `${studyOf(run)} ${armOf(run)} seed`.toLowerCase();
    return words.every(
      (word) => names.includes(word) || (word.length >= LEAST_OF_ID && run.id.startsWith(word)),
    );
  });
}

/** What the filter looks in, for people. */
export const LOOKS_IN = 'names: study, arm, seed (“seed 1”) and id';

/** A sentence for who asks in a language that the filter does not speak; null for plain words. */
export function notALanguage(text: string): string | null {
  if (!/[=<>≤≥≠]|(?:^|\s)(?:and|or|not|where)(?=\s)/i.test(text)) return null;
  return `The filter searches only ${LOOKS_IN}. It does not compare values: “${text.trim()}” is searched for literally.`;
}
