import type { Axis } from './axis.ts';
import type { Point, Series } from './series.ts';

/** What a chart cannot show, in words, and on which side of the plot it would be. */
export interface Unshown {
  side: 'above' | 'below';
  text: string;
}

/** On which side of the axis the initial state is; null where it is on it, or is no number that it could show. */
function sideOf(axis: Axis, [epoch, value]: Point, log: boolean): Unshown['side'] | null {
  if (epoch !== 0 || value === null || (log && value <= 0)) return null;
  if (value > axis.max) return 'above';
  return value < axis.min ? 'below' : null;
}

/** The initial state where the axis spans what followed it; and zero, which no logarithmic axis has. */
export function unshown(
  series: readonly Series[],
  axis: Axis | null,
  log: boolean,
  format: (value: number) => string,
): Unshown[] {
  if (axis === null) return [];
  const points = series.flatMap((line) => line.points);
  const notes = (['above', 'below'] as const).flatMap((side): Unshown[] => {
    const values = points
      .filter((point) => sideOf(axis, point, log) === side)
      .map(([, value]) => format(value!));
    const text = `epoch 0: ${[...new Set(values)].join(', ')} ${side === 'above' ? '↑' : '↓'}`;
    return values.length === 0 ? [] : [{ side, text }];
  });
  if (log && points.some(([, value]) => value !== null && value <= 0))
    notes.push({ side: 'below', text: 'a logarithmic axis has no 0' });
  return notes;
}

/** The lines without the initial state where the axis does not reach it: no line leads out of the plot. */
export function withoutUnshown(series: readonly Series[], axis: Axis | null, log: boolean): Series[] {
  if (axis === null) return [...series];
  return series.map((line) => ({
    ...line,
    points: line.points.filter((point) => sideOf(axis, point, log) === null),
  }));
}
