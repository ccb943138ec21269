import type { RunDash, RunMarker } from '../../../common/run-looks.ts';

/** A curve of a plot. */
export interface PlotLine {
  /** The same for the same curve, whatever else is drawn. */
  id: string;
  /** For people: in the legend, and read aloud. */
  name: string;
  /** A token of `theme/tokens.css`. */
  color: string;
  dash: RunDash;
  marker: RunMarker | null;
  /** [points] A gap where y is NaN. */
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** [points] The band around it; NaN where there is none. */
  low?: ArrayLike<number>;
  high?: ArrayLike<number>;
  /** [points] Runs that the point is of. */
  n?: ArrayLike<number>;
  /** What stands behind others: single seeds behind their mean, the raw line behind a smoothed one. */
  faint?: boolean;
  /** A curve of others: finely dotted, every point of it an open mark. */
  reference?: boolean;
  /** Points without lines between them. */
  points?: boolean;
  /** [points] The spread across, where the place on the x axis is a mean too. */
  xLow?: ArrayLike<number>;
  xHigh?: ArrayLike<number>;
}

/** Where numbers are on an axis: 0 at its beginning, 1 at its end. */
export interface PlotScale {
  at(value: number): number;
  invert(place: number): number;
}

/** The part of the axes that is seen, in places on them. */
export interface PlotView {
  x: readonly [number, number];
  y: readonly [number, number];
}
export const WHOLE: PlotView = { x: [0, 1], y: [0, 1] };

/** Lines as places on the axes: computed once for a zoom and pan through them. */
export interface PlacedLine {
  line: PlotLine;
  /** [2 × points] x and y in turn; NaN for what is not on the axes. */
  places: Float32Array;
  /** [2 × points] Lower and upper ends of the band in turn; null for none. */
  band: Float32Array | null;
  /** [2 × points] Left and right ends of the spread across; null for none. */
  across: Float32Array | null;
}

export function placeLine(line: PlotLine, x: PlotScale, y: PlotScale): PlacedLine {
  const count = line.x.length;
  const places = new Float32Array(2 * count);
  for (let point = 0; point < count; point++) {
    places[2 * point] = x.at(line.x[point]!);
    places[2 * point + 1] = y.at(line.y[point]!);
  }
  return {
    line,
    places,
    band: pairs(line.low, line.high, y),
    across: pairs(line.xLow, line.xHigh, x),
  };
}

function pairs(
  low: ArrayLike<number> | undefined,
  high: ArrayLike<number> | undefined,
  scale: PlotScale,
): Float32Array | null {
  if (low === undefined || high === undefined) return null;
  const found = new Float32Array(2 * low.length);
  for (let point = 0; point < low.length; point++) {
    found[2 * point] = scale.at(low[point]!);
    found[2 * point + 1] = scale.at(high[point]!);
  }
  return found;
}

/** How many points of lines that are not faint a logarithmic axis has no place for, because they are at or below 0. */
export function pointsOffAxes(lines: readonly PlotLine[], xScale: string, yScale: string): number {
  let off = 0;
  for (const { x, y, faint } of lines) {
    if (faint === true) continue;
    for (let point = 0; point < x.length; point++)
      if ((xScale === 'log' && x[point]! <= 0) || (yScale === 'log' && y[point]! <= 0)) off += 1;
  }
  return off;
}

/** A point of a line, in the order of `placed` and of its points. */
export interface NearPoint {
  line: number;
  point: number;
  /** Pixels from the place that was asked for. */
  far: number;
}

/** The point that is nearest to a place on the screen, of lines that are not faint before others; null where none is near. */
export function nearestPoint(
  placed: readonly PlacedLine[],
  view: PlotView,
  size: { width: number; height: number },
  at: { x: number; y: number },
  within: number,
): NearPoint | null {
  const [sx, sy] = [size.width / (view.x[1] - view.x[0]), size.height / (view.y[1] - view.y[0])];
  let best: NearPoint | null = null;
  let bestFaint = true;
  placed.forEach(({ line, places }, index) => {
    const faint = line.faint === true;
    for (let point = 0; 2 * point < places.length; point++) {
      const dx = (places[2 * point]! - view.x[0]) * sx - at.x;
      if (!(Math.abs(dx) <= within)) continue;
      const dy = size.height - (places[2 * point + 1]! - view.y[0]) * sy - at.y;
      const far = Math.hypot(dx, dy);
      if (!(far <= within)) continue;
      if (best === null || (bestFaint && !faint) || (bestFaint === faint && far < best.far)) {
        best = { line: index, point, far };
        bestFaint = faint;
      }
    }
  });
  return best;
}

/** The view a factor nearer (above 1) or farther around a place within it, 0 … 1 each way. */
export function zoomed(view: PlotView, factor: number, around: { x: number; y: number }): PlotView {
  const part = ([from, to]: readonly [number, number], at: number): [number, number] => {
    const fixed = from + (to - from) * at;
    const width = Math.min(4, Math.max(1e-6, (to - from) / factor));
    return [fixed - width * at, fixed + width * (1 - at)];
  };
  return { x: part(view.x, around.x), y: part(view.y, around.y) };
}

/** The view moved by shares of what it shows. */
export function moved(view: PlotView, by: { x: number; y: number }): PlotView {
  const part = ([from, to]: readonly [number, number], share: number): [number, number] => [
    from + share * (to - from),
    to + share * (to - from),
  ];
  return { x: part(view.x, by.x), y: part(view.y, by.y) };
}
