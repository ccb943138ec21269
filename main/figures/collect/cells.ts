import type { Cells } from '../../../common/figures/data.ts';
import { runEnds } from '../../../common/groups/end-means.ts';
import { meanOf } from '../../../common/statistics/spread.ts';
import { BEST_TEST, bestOf } from '../../../common/statistics/welch.ts';
import { countsOf, curvesOf, estimateOf, lookOf, meanSpread, runsOf, type Material } from './material.ts';

/** Numbers after the last epoch, a row for each group. */
export async function collectCells(material: Material): Promise<Cells> {
  const { figure, groups, measures } = material;
  const curves = await curvesOf(material);
  const numbers = groups.map((group) =>
    measures.map((_, index) =>
      runEnds(curves, runsOf(group), [index], false).flatMap((end) => end?.values[0] ?? []),
    ),
  );
  const best = measures.map(({ better }, index) =>
    better
      ? bestOf(
          numbers.map((row) => row[index] ?? []),
          better,
        )
      : groups.map(() => false),
  );
  return {
    quantities: measures,
    rows: groups.map((group, row) => {
      const cells = measures.map((_, index) => {
        const mean = meanOf(numbers[row]?.[index] ?? [], meanSpread(figure.spread));
        return mean === null
          ? null
          : { ...estimateOf(mean, figure.spread), best: best[index]?.[row] ?? false };
      });
      const runs = runsOf(group);
      const counts = countsOf(
        cells.filter((cell) => cell !== null),
        runs.length,
      );
      return { ...lookOf(group), runs, ...counts, cells };
    }),
    test: measures.some(({ better }) => better) && groups.length > 1 ? BEST_TEST : null,
  };
}
