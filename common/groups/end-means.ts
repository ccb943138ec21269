import type { Curves } from '../codec/curve-frames.ts';
import { meanOf, type Mean, type Spread } from '../statistics/spread.ts';
import { spansOf, type CurveGroup } from './mean-curves.ts';

/** Numbers of a run after the last epoch at which all that is asked for is known. */
export interface RunEnd {
  run: string;
  epoch: number;
  x: number;
  /** Of each of the measures. */
  values: number[];
}

/** The mean of a group's ends, both ways: n is the same of both. */
export interface EndMean {
  x: Mean;
  y: Mean;
}

/**
 * The ends of the runs, in their order; null of one that has none.
 *
 * @param measures places of the measures among the curves' values: all of them must be known
 * @param placed whether the place on the axis must be known too
 */
export function runEnds(
  curves: Curves,
  runs: readonly string[],
  measures: readonly number[],
  placed = true,
): (RunEnd | null)[] {
  const spans = spansOf(curves);
  return runs.map((run) => {
    const [from, to] = spans.get(run) ?? [0, 0];
    for (let at = to - 1; at >= from; at--) {
      const [x, values] = [curves.x[at]!, measures.map((measure) => curves.values[measure]![at]!)];
      if ((!placed || Number.isFinite(x)) && values.every(Number.isFinite))
        return { run, epoch: curves.epoch[at]!, x, values };
    }
    return null;
  });
}

/** The mean end of each group over those of its runs that have one; null where none has. @param measure as of `meanCurves` */
export function endMeans(
  curves: Curves,
  groups: readonly CurveGroup[],
  measure: number,
  spread: Spread,
): (EndMean | null)[] {
  return groups.map(({ runs }) => {
    const ends = runEnds(curves, runs, [measure]).filter((end) => end !== null);
    const x = meanOf(
      ends.map((end) => end.x),
      spread,
    );
    const y = meanOf(
      ends.map(({ values }) => values[0]!),
      spread,
    );
    return x === null || y === null ? null : { x, y };
  });
}
