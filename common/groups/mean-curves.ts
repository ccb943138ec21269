import type { Curves } from '../codec/curve-frames.ts';
import { meanOf, type Mean, type Spread } from '../statistics/spread.ts';

/** A place of a group's curve: the mean of its runs after an epoch. */
export interface MeanPoint {
  epoch: number;
  /** Place on the axis: a mean too, where runs are not at the same place after an epoch. */
  x: Mean;
  /** Null where no run has the number. */
  y: Mean | null;
}

/** Runs whose mean is drawn as one curve. */
export interface CurveGroup {
  runs: readonly string[];
}

/**
 * The curve of each group, epochs rising. A run that lacks an epoch, or the number after it, is not in that mean: n tells how many
 * are. A run may be in several groups.
 *
 * @param measure place of the measure among the curves' values
 * @returns [groups][epochs]
 */
export function meanCurves(
  curves: Curves,
  groups: readonly CurveGroup[],
  measure: number,
  spread: Spread,
): MeanPoint[][] {
  const spans = spansOf(curves);
  const values = curves.values[measure]!;
  return groups.map(({ runs }) => {
    const epochs = new Map<number, { x: number[]; y: number[] }>();
    for (const run of runs) {
      const [from, to] = spans.get(run) ?? [0, 0];
      for (let point = from; point < to; point++) {
        const epoch = curves.epoch[point]!;
        let at = epochs.get(epoch);
        if (!at) epochs.set(epoch, (at = { x: [], y: [] }));
        const [x, y] = [curves.x[point]!, values[point]!];
        if (Number.isNaN(x)) continue;
        at.x.push(x);
        if (!Number.isNaN(y)) at.y.push(y);
      }
    }
    return [...epochs]
      .sort(([one], [other]) => one - other)
      .flatMap(([epoch, { x, y }]) => {
        const place = meanOf(x, spread);
        return place === null ? [] : [{ epoch, x: place, y: meanOf(y, spread) }];
      });
  });
}

/** The points [from, to) of each run. */
export function spansOf({
  runs,
  run,
}: Pick<Curves, 'runs' | 'run'>): ReadonlyMap<string, readonly [number, number]> {
  const spans = new Map<string, [number, number]>();
  for (let point = 0; point < run.length; point++) {
    const id = runs[run[point]!]!;
    const span = spans.get(id);
    if (span) span[1] = point + 1;
    else spans.set(id, [point, point + 1]);
  }
  return spans;
}
