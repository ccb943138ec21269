import { byLabel } from './shares.ts';

/**
 * Levels of detail: more epochs than a chart has room for are told in spans of equally many, each by two records. Of every
 * number they hold the lowest and the highest within the span, in the order in which those came, so that no peak is lost.
 */

/** Epochs [from, to]. */
export interface EpochRange {
  from: number;
  to: number;
}

/** Epochs in a span, so that all of them together make `most` records at most; 1 where each epoch is told by itself. */
export function spanFor(epochs: number, most: number): number {
  return epochs <= most ? 1 : Math.ceil(epochs / Math.max(1, Math.floor(most / 2)));
}

/** Places of the epochs that spans are told by, the first and the last of each, among so many. */
export function toldPlaces(count: number, span: number): number[] {
  const places: number[] = [];
  for (let from = 0; from < count; from += span) {
    const last = Math.min(from + span, count) - 1;
    places.push(from);
    if (last > from) places.push(last);
  }
  return places;
}

/** The lowest and the highest number of each span, in the order in which they came: one value a told place. NaN is no number. */
export function extremesOf(values: Float64Array, span: number): Float64Array {
  const { length } = values;
  const told = new Float64Array(2 * Math.ceil(length / span));
  let place = 0;
  for (let from = 0; from < length; from += span) {
    const end = Math.min(from + span, length);
    let lowest = -1;
    let highest = -1;
    for (let at = from; at < end; at++) {
      const value = values[at]!;
      if (Number.isNaN(value)) continue;
      if (lowest < 0 || value < values[lowest]!) lowest = at;
      if (highest < 0 || value > values[highest]!) highest = at;
    }
    const [first, last] = lowest < highest ? [lowest, highest] : [highest, lowest];
    told[place++] = first < 0 ? Number.NaN : values[first]!;
    if (end - from > 1) told[place++] = last < 0 ? Number.NaN : values[last]!;
  }
  return told.subarray(0, place);
}

/** A number for each row of a list, NaN where there is none. */
export type Column = Float64Array;

/** What is computed of columns row by row. */
export function derived(rows: number, value: (row: number) => number): Column {
  const column = new Float64Array(rows);
  for (let row = 0; row < rows; row++) column[row] = value(row);
  return column;
}

/** A number for each told place, by the labels of a ladder of thresholds. */
export function byThresholdTold(
  labels: readonly string[],
  columns: readonly Column[],
  span: number,
): (place: number) => Record<string, number> {
  const told = columns.map((column) => extremesOf(column, span));
  return (place) => byLabel(labels, (threshold) => told[threshold]![place]!);
}
