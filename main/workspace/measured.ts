import { RECKONED_MEASURES } from '../../common/measures/registry.ts';
import type { Measured } from '../../common/records.ts';

/**
 * The column `measured` of epochs and of their layers: numbers of measures that bring how they are reckoned, as JSON by their ids.
 * A measure that came later, or is no more, needs no change of the database.
 */

/** SQLite and JSON have no NaN: what is no number is kept as null. */
export function measuredText(measured: Measured): string {
  return JSON.stringify(measured);
}

/** Every measure of this version; null where the epoch was recorded without it. */
export function readMeasured(text: string | null): Measured {
  const stored = text === null ? {} : (JSON.parse(text) as Measured);
  return Object.fromEntries(RECKONED_MEASURES.map(({ id }) => [id, stored[id] ?? null]));
}

/** Whether numbers are those stored, to the bit, of the measures that both know; both as the column has them. */
export function sameMeasured(storedText: string | null, givenText: string): boolean {
  if (storedText === null || storedText === givenText) return true;
  const [stored, given] = [JSON.parse(storedText) as Measured, JSON.parse(givenText) as Measured];
  return Object.keys(given).every((id) => !(id in stored) || Object.is(stored[id], given[id]));
}
