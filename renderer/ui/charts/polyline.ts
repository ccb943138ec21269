import type { Point, Series } from './series.ts';

/** A line as it is drawn: what was measured, and dotted where it leads over a jump whose one side was not. */
export interface Polyline {
  points: Point[];
  dotted: Point[];
}

/**
 * The way of a line. A jump is upright, never a slope: its values before and after stand at one place. Where one of them was
 * not measured, the line is broken there, and a dotted one leads over.
 *
 * @param steps values hold for the epoch that they end
 */
export function polylineOf(
  { points, jumps = [] }: Pick<Series, 'points' | 'jumps'>,
  steps: boolean,
): Polyline {
  const line: Polyline = { points: [], dotted: [] };
  let last: Point | null = null;
  for (const [epoch, value] of points) {
    const since = last;
    const between = jumps.filter(({ at, after }) => {
      if (since === null) return at === epoch && after !== null;
      // What followed the epoch before, and was not measured: weights that were set back.
      if (at === since[0]) return after === null;
      return at > since[0] && (at < epoch || (at === epoch && after !== null));
    });
    const broken = between.some(({ before, after }) => before === null || after === null);
    if (broken && since !== null) {
      line.points.push([epoch, null]);
      if (value !== null && since[1] !== null) line.dotted.push(since, [epoch, value], [epoch, null]);
    } else if (!broken)
      for (const { at, before, after } of between)
        line.points.push([at, before], ...(at === epoch ? [] : [[at, after] as const]));
    if (steps && value !== null && epoch > 0) line.points.push([since?.[0] ?? epoch - 1, value]);
    line.points.push([epoch, value]);
    last = [epoch, value];
  }
  return line;
}

/** Whether a point has no neighbour to be joined to: it is then drawn as a point. */
export function isAlone(points: readonly Point[], index: number): boolean {
  const beside = (at: number) => points[at]?.[1] ?? null;
  return beside(index) !== null && beside(index - 1) === null && beside(index + 1) === null;
}
