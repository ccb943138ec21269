import type { Curves } from '../../../common/codec/curve-frames.ts';
import type { MeasureKey } from '../../../common/contract/measure-key.ts';
import { readCurves } from '../../../common/contract/read-curves.ts';
import type { CurvesAsked } from '../../../common/contract/schemas.ts';
import type { Estimate, Quantity, SpreadDrawn } from '../../../common/figures/data.ts';
import { axisQuantity, quantityOf, wholeKey } from '../../../common/figures/quantities.ts';
import type { FigureSpecification } from '../../../common/figures/specification.ts';
import type { MeasureLevel } from '../../../common/measures/measure.ts';
import type { CurveGroup } from '../../../common/groups/mean-curves.ts';
import type { Mean, Spread } from '../../../common/statistics/spread.ts';
import type { FigureSource } from '../source.ts';
import type { SelectedGroup } from './selected-groups.ts';

/** What collectors of every shape are given. */
export interface Material {
  source: FigureSource;
  figure: FigureSpecification;
  groups: readonly SelectedGroup[];
  x: Quantity;
  measures: readonly Quantity[];
  /** As `runs.curves` is asked for them. */
  keys: { x: CurvesAsked['x']; measures: readonly MeasureKey[] };
  signal: AbortSignal | undefined;
}

/** @throws CascadeError INVALID for a measure that does not exist */
export function materialOf(
  source: FigureSource,
  figure: FigureSpecification,
  groups: readonly SelectedGroup[],
  level: MeasureLevel,
  signal: AbortSignal | undefined,
): Material {
  const x = typeof figure.x === 'string' ? figure.x : wholeKey(figure.x, figure.threshold);
  const measures = figure.measures.map((key) => wholeKey(key, figure.threshold));
  return {
    source,
    figure,
    groups,
    x: typeof x === 'string' ? axisQuantity(x) : quantityOf(x),
    measures: measures.map((key) => quantityOf(key, level)),
    keys: { x, measures },
    signal,
  };
}

/** Ids of the runs in a group, and of those in all groups. */
export const runsOf = ({ points }: SelectedGroup): string[] =>
  points.flatMap(({ runs }) => runs.map(({ id }) => id));

export function allRuns(groups: readonly SelectedGroup[]): string[] {
  return [...new Set(groups.flatMap(runsOf))];
}

export const curveGroups = (groups: readonly SelectedGroup[]): CurveGroup[] =>
  groups.map((group) => ({ runs: runsOf(group) }));

/** How much of the weights is pruned is asked for behind the measures: where it rises, weights were pruned. */
const PRUNED: MeasureKey = { id: 'pruned', key: '' };

/** Curves of all runs, with the share of pruned weights behind the measures. @param layer the numbers of a layer instead */
export function curvesOf({ source, groups, keys, signal }: Material, layer?: string): Promise<Curves> {
  return readCurves(
    (one, options) => source.curves(one, options.signal),
    {
      runs: allRuns(groups),
      x: keys.x,
      measures: [...keys.measures, PRUNED],
      ...(layer === undefined ? {} : { layer }),
    },
    signal,
  );
}

export function lookOf({ label, slot, control, look }: SelectedGroup) {
  return { label, slot, control, look };
}

/** The most and the fewest runs in a mean. */
export function countsOf(points: readonly { n: number }[], runs: number): { n: number; least?: number } {
  const counts = points.map(({ n }) => n).filter((n) => n > 0);
  if (counts.length === 0) return { n: runs };
  const [least, most] = [
    counts.reduce((one, other) => Math.min(one, other)),
    counts.reduce((one, other) => Math.max(one, other)),
  ];
  return least === most ? { n: most } : { n: most, least };
}

/** What means are reckoned with where nothing is drawn around them. */
export const meanSpread = (spread: SpreadDrawn): Spread => (spread === 'none' ? 'sd' : spread);

/** A mean as it is drawn: of one run both ends are its number, and so they are where no spread is drawn. */
export function estimateOf({ n, mean, low, high }: Mean, spread: SpreadDrawn): Estimate {
  return spread === 'none'
    ? { n, mean, low: mean, high: mean }
    : { n, mean, low: low ?? mean, high: high ?? mean };
}
