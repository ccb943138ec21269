import type { MeasureKey } from '../../common/contract/measure-key.ts';
import type {
  Cells,
  CurvePoint,
  Estimate,
  Facts,
  Quantity,
  SeriesPanel,
  ShapeName,
  Shapes,
  SpreadDrawn,
} from '../../common/figures/data.ts';
import { axisQuantity, quantityOf, wholeKey } from '../../common/figures/quantities.ts';
import { figureKind } from '../../common/figures/registry.ts';
import type { FigureSpecification } from '../../common/figures/specification.ts';
import { meanOf } from '../../common/statistics/spread.ts';
import { BEST_TEST, bestOf } from '../../common/statistics/welch.ts';
import { historiesOf, lastOf, lastPlaceOf, pruningsOf, type Moment } from './histories.ts';
import { selectGroups, type SelectedGroup } from './selected-groups.ts';
import type { FigureSource } from './source.ts';

/** What a figure is drawn from, as the workspace has it now. */
export interface Collected {
  data: Shapes[ShapeName];
  facts: Facts;
  /** Finished runs in it. */
  runs: string[];
}

interface Material {
  figure: FigureSpecification;
  groups: readonly SelectedGroup[];
  histories: ReadonlyMap<string, Moment[]>;
  x: Quantity;
  measures: readonly Quantity[];
}

/**
 * Means over the finished runs of each group, after every epoch or after the last.
 *
 * @throws CascadeError INVALID for a query, a key or a measure that does not exist
 */
export async function collect(
  source: FigureSource,
  figure: FigureSpecification,
  signal?: AbortSignal,
): Promise<Collected> {
  const { shape } = figureKind(figure.kind);
  const x = typeof figure.x === 'string' ? figure.x : wholeKey(figure.x, figure.threshold);
  const keys = figure.measures.map((key): MeasureKey => wholeKey(key, figure.threshold));
  const quantities = keys.map(quantityOf);
  const place = typeof x === 'string' ? axisQuantity(x) : quantityOf(x);
  const { groups, unfinished } = await selectGroups(source, figure);
  const runs = groups.flatMap(({ points }) => points.flatMap((point) => point.runs.map(({ id }) => id)));
  const histories = await historiesOf(source, runs, { x, measures: keys }, signal);
  const material = { figure, groups, histories, x: place, measures: quantities };
  return {
    data: SHAPES[shape](material),
    facts: { spread: figure.spread, unfinished },
    runs: [...new Set(runs)].sort(),
  };
}

const SHAPES: { [Shape in ShapeName]: (material: Material) => Shapes[Shape] } = {
  series: (material) => material.measures.map((_, index) => panelOf(material, index)),
  ends: (material) => material.measures.map((_, index) => endsOf(material, index)),
  cells: cellsOf,
};

/** Curves: a point for each epoch. */
function panelOf({ figure, groups, histories, x, measures }: Material, index: number): SeriesPanel {
  const byEpoch = figure.x === 'epoch';
  return {
    title: null,
    x,
    y: measures[index] as Quantity,
    groups: groups.map((group) => {
      const runs = runsOf(group);
      const points = pointsOf(
        runs.map((id) => histories.get(id) ?? []),
        index,
        figure.spread,
        byEpoch,
      );
      return { ...lookOf(group), runs, ...countsOf(points, runs.length), points };
    }),
    prunings: [
      ...new Set(
        groups.flatMap((group) => runsOf(group).flatMap((id) => pruningsOf(histories.get(id) ?? []))),
      ),
    ].sort((one, other) => one - other),
    references: [],
  };
}

/** Means over runs after each epoch that any of them has; where none has the number, the line breaks. */
function pointsOf(
  histories: readonly (readonly Moment[])[],
  index: number,
  spread: SpreadDrawn,
  byEpoch: boolean,
): CurvePoint[] {
  const moments = new Map<number, Moment[]>();
  for (const history of histories)
    for (const moment of history) {
      const known = moments.get(moment.epoch);
      if (known === undefined) moments.set(moment.epoch, [moment]);
      else known.push(moment);
    }
  return [...moments]
    .sort(([one], [other]) => one - other)
    .flatMap(([, all]) => {
      const placed = all.filter(({ x }) => Number.isFinite(x));
      const told = placed.filter(({ values }) => Number.isFinite(values[index]));
      const across = estimateOf(
        (told.length === 0 ? placed : told).map(({ x }) => x),
        spread,
      );
      if (across === null) return [];
      const value = estimateOf(
        told.map(({ values }) => values[index] as number),
        spread,
      );
      return [
        {
          x: across.mean,
          ...(byEpoch ? {} : { across }),
          mean: value?.mean ?? null,
          low: value?.low ?? null,
          high: value?.high ?? null,
          n: value?.n ?? 0,
        },
      ];
    });
}

/** Points: the numbers after the last epoch, a point for each part of a group. */
function endsOf({ figure, groups, histories, x, measures }: Material, index: number): SeriesPanel {
  return {
    title: null,
    x,
    y: measures[index] as Quantity,
    groups: groups.map((group) => {
      const points = group.points
        .flatMap(({ runs }): CurvePoint[] => {
          const ends = runs
            .map(({ id }) => histories.get(id) ?? [])
            .map((history) => ({ x: lastPlaceOf(history), y: lastOf(history, index) }))
            .filter((end) => Number.isFinite(end.x) && Number.isFinite(end.y));
          const [across, value] = [
            estimateOf(
              ends.map((end) => end.x),
              figure.spread,
            ),
            estimateOf(
              ends.map((end) => end.y),
              figure.spread,
            ),
          ];
          return across === null || value === null ? [] : [{ x: across.mean, across, ...value }];
        })
        .sort((one, other) => one.x - other.x);
      const runs = runsOf(group);
      return { ...lookOf(group), runs, ...countsOf(points, runs.length), points };
    }),
    prunings: [],
    references: figure.references,
  };
}

/** Numbers after the last epoch, a row for each group. */
function cellsOf({ figure, groups, histories, measures }: Material): Cells {
  const numbers = groups.map((group) =>
    measures.map((_, index) =>
      runsOf(group)
        .map((id) => lastOf(histories.get(id) ?? [], index))
        .filter(Number.isFinite),
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
        const value = estimateOf(numbers[row]?.[index] ?? [], figure.spread);
        return value === null ? null : { ...value, best: best[index]?.[row] ?? false };
      });
      const runs = runsOf(group);
      return {
        ...lookOf(group),
        runs,
        ...countsOf(
          cells.filter((cell) => cell !== null),
          runs.length,
        ),
        cells,
      };
    }),
    test: measures.some(({ better }) => better) && groups.length > 1 ? BEST_TEST : null,
  };
}

const runsOf = ({ points }: SelectedGroup): string[] =>
  points.flatMap(({ runs }) => runs.map(({ id }) => id));

function lookOf({ label, slot, control }: SelectedGroup) {
  return { label, slot, control };
}

/** The most and the fewest runs in a mean. */
function countsOf(points: readonly { n: number }[], runs: number): { n: number; least?: number } {
  const counts = points.map(({ n }) => n).filter((n) => n > 0);
  if (counts.length === 0) return { n: runs };
  const [least, most] = [
    counts.reduce((one, other) => Math.min(one, other)),
    counts.reduce((one, other) => Math.max(one, other)),
  ];
  return least === most ? { n: most } : { n: most, least };
}

function estimateOf(values: readonly number[], spread: SpreadDrawn): Estimate | null {
  const told = meanOf(values, spread === 'none' ? 'sd' : spread);
  if (told === null) return null;
  const { n, mean, low, high } = told;
  return spread === 'none'
    ? { n, mean, low: mean, high: mean }
    : { n, mean, low: low ?? mean, high: high ?? mean };
}
