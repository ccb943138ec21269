import { encodeCsv } from '../../../common/tables/csv.ts';
import type { EpochSummary, ExcessEpoch } from '../../../common/contract/schemas.ts';

export type Point = readonly [epoch: number, value: number | null];

/** One line of a chart. `color` is a token ('--run-3'); a control's lines are dashed in its run's own colour. */
export interface Series {
  name: string;
  color: string;
  dashed?: boolean;
  faint?: boolean;
  /** Lengths of its strokes and gaps, where its colour is another line's too. */
  dash?: readonly number[];
  /** One an epoch, after whatever happened at its end. */
  points: readonly Point[];
  /** Where the line is broken by an event, in order. */
  jumps?: readonly Jump[];
}

/**
 * What changed at one instant, such as a pruning: the value just before and just after it, null where it was not measured.
 * `at` counts epochs, and need not be whole.
 */
export interface Jump {
  at: number;
  before: number | null;
  after: number | null;
}

/** A marked moment, in epochs: something happened after them. */
export interface Marker {
  at: number;
  label: string;
}

export function seriesOf(
  epochs: readonly EpochSummary[],
  value: (epoch: EpochSummary) => number | null,
): Point[] {
  return epochs.map((epoch) => [epoch.epoch, value(epoch)] as const);
}

export function excessSeries(excess: readonly ExcessEpoch[], threshold: string): Point[] {
  return excess.map((epoch) => [epoch.epoch, epoch.excess[threshold] ?? null] as const);
}

/** Over the epochs that both have: the control's share of the very weights that the run kept, of all or of one layer. */
export function controlSeries(
  excess: readonly ExcessEpoch[],
  threshold: string,
  layer: string | null = null,
): Point[] {
  return excess.map((epoch) => {
    const compared = layer === null ? epoch : epoch.layers.find(({ name }) => name === layer);
    return [epoch.epoch, compared?.control[threshold] ?? null] as const;
  });
}

/** Value of a line at an epoch: its own point, or none. */
export function valueAt(points: readonly Point[], epoch: number): number | null {
  return points.find(([at]) => at === epoch)?.[1] ?? null;
}

/** Value of a line just before what happened at the end of an epoch; null where nothing did, or it was not measured. */
export function valueBefore(jumps: readonly Jump[] | undefined, epoch: number): number | null {
  return jumps?.find(({ at, after }) => at === epoch && after !== null)?.before ?? null;
}

/**
 * The lines of a chart as CSV: one row an epoch, one column a line; what was not measured is left empty. Where values just
 * before an event are known, they have a row of their own, and a second column says of which moment each row is.
 */
export function toCsv(series: readonly Series[]): string {
  const epochs = [...new Set(series.flatMap((line) => line.points.map(([epoch]) => epoch)))].sort(
    (a, b) => a - b,
  );
  const before = (epoch: number) => series.map((line) => valueBefore(line.jumps, epoch));
  const isJump = (epoch: number) => before(epoch).some((value) => value !== null);
  const jumped = epochs.some(isJump);
  return encodeCsv({
    columns: ['epoch', ...(jumped ? ['moment'] : []), ...series.map((line) => line.name)],
    rows: epochs.flatMap((epoch) => [
      ...(isJump(epoch) ? [[epoch, 'before-pruning', ...before(epoch)]] : []),
      [epoch, ...(jumped ? ['epoch'] : []), ...series.map((line) => valueAt(line.points, epoch))],
    ]),
  });
}
