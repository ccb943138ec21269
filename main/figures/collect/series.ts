import type { Curves } from '../../../common/codec/curve-frames.ts';
import type {
  Asks,
  CurvePoint,
  Quantity,
  SeedCurve,
  SeriesPanel,
  SpreadDrawn,
} from '../../../common/figures/data.ts';
import { meanCurves, spansOf, type MeanPoint } from '../../../common/groups/mean-curves.ts';
import { countsOf, curveGroups, curvesOf, estimateOf, lookOf, meanSpread, runsOf } from './material.ts';
import type { Material } from './material.ts';

/** Curves: a panel for each measure, a point for each epoch. */
export async function collectSeries(material: Material, { seeds }: Asks['series']): Promise<SeriesPanel[]> {
  const curves = await curvesOf(material);
  return material.measures.map((_, index) => {
    const panel = seriesPanel(material, curves, index, null);
    if (!seeds) return panel;
    const spans = spansOf(curves);
    const groups = panel.groups.map((group) => ({
      ...group,
      // The curve of a run that is alone is the mean.
      seeds:
        group.runs.length < 2 ? [] : group.runs.map((run) => seedCurve(curves, index, run, spans.get(run))),
    }));
    return { ...panel, groups };
  });
}

function seedCurve(
  curves: Curves,
  index: number,
  run: string,
  [from, to]: readonly [number, number] = [0, 0],
): SeedCurve {
  const points: { x: number; y: number | null }[] = [];
  for (let at = from; at < to; at++) {
    const [x, y] = [curves.x[at] as number, curves.values[index]?.[at] ?? NaN];
    if (Number.isFinite(x)) points.push({ x, y: Number.isFinite(y) ? y : null });
  }
  return { run, points };
}

/** The curves of a measure. @param title above the panel, where it has one */
export function seriesPanel(
  { figure, groups, x, measures }: Material,
  curves: Curves,
  index: number,
  title: string | null,
): SeriesPanel {
  const means = meanCurves(curves, curveGroups(groups), index, meanSpread(figure.spread));
  return {
    title,
    x,
    y: measures[index] as Quantity,
    groups: groups.map((group, place) => {
      const runs = runsOf(group);
      const points = (means[place] ?? []).map((point) => pointOf(point, figure));
      return { ...lookOf(group), runs, ...countsOf(points, runs.length), points };
    }),
    prunings: pruningsOf(curves, measures.length),
    references: figure.references,
  };
}

function pointOf({ x, y }: MeanPoint, figure: { spread: SpreadDrawn; x: unknown }): CurvePoint {
  const value = y === null ? null : estimateOf(y, figure.spread);
  return {
    x: x.mean,
    ...(figure.x === 'epoch' ? {} : { across: estimateOf(x, figure.spread) }),
    mean: value?.mean ?? null,
    low: value?.low ?? null,
    high: value?.high ?? null,
    n: value?.n ?? 0,
  };
}

/** Places on the axis at which weights were pruned in any run, rising. @param measure place of the share that is pruned */
function pruningsOf(curves: Curves, measure: number): number[] {
  const pruned = curves.values[measure];
  const places = new Set<number>();
  for (const [from, to] of spansOf(curves).values())
    for (let at = from; at < to; at++) {
      const before = at === from ? 0 : (pruned?.[at - 1] ?? 0);
      const x = curves.x[at] as number;
      if ((pruned?.[at] ?? 0) > before + 1e-12 && Number.isFinite(x)) places.add(x);
    }
  return [...places].sort((one, other) => one - other);
}
