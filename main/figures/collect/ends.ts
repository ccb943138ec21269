import type { CurvePoint, Quantity, SeriesPanel } from '../../../common/figures/data.ts';
import { endMeans } from '../../../common/groups/end-means.ts';
import { countsOf, curvesOf, estimateOf, lookOf, meanSpread, runsOf, type Material } from './material.ts';

/** Points: the numbers after the last epoch, a point for each part of a group. */
export async function collectEnds(material: Material): Promise<SeriesPanel[]> {
  const { figure, groups, x, measures } = material;
  const curves = await curvesOf(material);
  return measures.map((y: Quantity, index) => ({
    title: null,
    x,
    y,
    groups: groups.map((group) => {
      const parts = group.points.map(({ runs }) => ({ runs: runs.map(({ id }) => id) }));
      const points = endMeans(curves, parts, index, meanSpread(figure.spread))
        .filter((end) => end !== null)
        .map((end): CurvePoint => {
          const across = estimateOf(end.x, figure.spread);
          return { x: across.mean, across, ...estimateOf(end.y, figure.spread) };
        })
        .sort((one, other) => one.x - other.x);
      const runs = runsOf(group);
      return { ...lookOf(group), runs, ...countsOf(points, runs.length), points };
    }),
    prunings: [],
    references: figure.references,
  }));
}
