import type { Bar, BarsPanel } from '../../../common/figures/data.ts';
import { runEnds } from '../../../common/groups/end-means.ts';
import { meanOf } from '../../../common/statistics/spread.ts';
import type { SpreadDrawn } from '../../../common/figures/data.ts';
import { countsOf, curvesOf, estimateOf, lookOf, meanSpread, runsOf, type Material } from './material.ts';

/** Numbers after the last epoch: a panel for each measure, a bar for each group, or for each of its points. */
export async function collectBars(material: Material): Promise<BarsPanel[]> {
  const { figure, groups, measures } = material;
  const curves = await curvesOf(material);
  const isClustered = figure.pointBy.length > 0;
  // Places in the order in which the first run of each was asked for.
  const places = isClustered
    ? [...new Set(groups.flatMap(({ points }) => points.map(({ name }) => name)))]
    : [''];
  return measures.map((y, index) => ({
    title: null,
    y,
    across: isClustered ? figure.pointBy.join(', ') : null,
    places,
    groups: groups.map((group) => {
      const bars = places.map((place) => {
        const runs = group.points
          .filter(({ name }) => !isClustered || name === place)
          .flatMap((point) => point.runs);
        const ends = runEnds(
          curves,
          runs.map(({ id }) => id),
          [index],
          false,
        );
        return barOf(
          ends.flatMap((end) => (end === null ? [] : [{ run: end.run, value: end.values[0] as number }])),
          figure.spread,
        );
      });
      const runs = runsOf(group);
      const counts = countsOf(
        bars.filter((bar) => bar !== null),
        runs.length,
      );
      return { ...lookOf(group), runs, ...counts, bars };
    }),
  }));
}

/** The mean over runs; null where no run has the number. */
export function barOf(seeds: Bar['seeds'], spread: SpreadDrawn): Bar | null {
  const mean = meanOf(
    seeds.map(({ value }) => value),
    meanSpread(spread),
  );
  return mean === null ? null : { ...estimateOf(mean, spread), seeds };
}
