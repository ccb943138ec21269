import type { SqlResult } from '../../common/codec/result-frames.ts';
import type { ResultColumn } from './cells.ts';

export interface ChartPoints {
  points: (readonly [x: number, y: number])[];
  /** Rows that lack one of both numbers. */
  without: number;
}

/** Pairs of two columns' numbers. */
export function chartPoints({ rows }: Pick<SqlResult, 'rows'>, x: number, y: number): ChartPoints {
  const points = rows.flatMap((row) => {
    const [at, value] = [row[x], row[y]];
    return typeof at === 'number' && typeof value === 'number' ? [[at, value] as const] : [];
  });
  return { points, without: rows.length - points.length };
}

/** The columns that are drawn until others are chosen: the first two that hold numbers; of one, it against itself. */
export function firstAxes(columns: readonly ResultColumn[]): { x: number; y: number } | null {
  const places = columns.flatMap(({ isNumber }, place) => (isNumber ? [place] : []));
  const [x, y = x] = places;
  return x === undefined ? null : { x, y: y! };
}

/** Even, round places on an axis around [low, high], about `wanted` of them. */
export function ticks(low: number, high: number, wanted = 6): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, place) =>
    Number(((first + place) * step).toPrecision(12)),
  );
}
