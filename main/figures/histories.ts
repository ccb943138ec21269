import { readCurves } from '../../common/contract/read-curves.ts';
import type { MeasureKey } from '../../common/contract/measure-key.ts';
import type { CurvesAsked } from '../../common/contract/schemas.ts';
import type { FigureSource } from './source.ts';

/** Numbers of a run after an epoch; NaN where they are not known. */
export interface Moment {
  epoch: number;
  x: number;
  values: number[];
  /** Share of the weights that are pruned. */
  pruned: number;
}

/** The moments of each run, epochs rising. */
export async function historiesOf(
  source: FigureSource,
  runs: readonly string[],
  asked: { x: CurvesAsked['x']; measures: readonly MeasureKey[] },
  signal?: AbortSignal,
): Promise<Map<string, Moment[]>> {
  const histories = new Map<string, Moment[]>(runs.map((id) => [id, []]));
  if (runs.length === 0) return histories;
  const measures = [...asked.measures, { id: 'pruned', key: '' }];
  const curves = await readCurves(
    (one, options) => source.curves(one, options.signal),
    { runs: [...runs], x: asked.x, measures },
    signal,
  );
  curves.run.forEach((place, at) =>
    histories.get(runs[place] as string)?.push({
      epoch: curves.epoch[at] as number,
      x: curves.x[at] as number,
      values: asked.measures.map((_, index) => curves.values[index]?.[at] ?? NaN),
      pruned: curves.values[asked.measures.length]?.[at] ?? NaN,
    }),
  );
  return histories;
}

/** The numbers after the last epoch at which each is known. */
export function lastOf(history: readonly Moment[], index: number): number {
  return history.findLast(({ values }) => Number.isFinite(values[index]))?.values[index] ?? NaN;
}

export function lastPlaceOf(history: readonly Moment[]): number {
  return history.findLast(({ x }) => Number.isFinite(x))?.x ?? NaN;
}

/** Places on the axis at which weights were pruned. */
export function pruningsOf(history: readonly Moment[]): number[] {
  return history.flatMap(({ x, pruned }, index) =>
    pruned > (history[index - 1]?.pruned ?? 0) + 1e-12 && Number.isFinite(x) ? [x] : [],
  );
}
