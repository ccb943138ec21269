import * as z from 'zod';
import { smoothed } from '../statistics/smoothing.ts';
import { annotationsOf } from './annotations.ts';
import { drawn, type CurvePoint, type Group, type SeedCurve, type SeriesPanel } from './data.ts';
import type { Drawing } from './figure.ts';
import { lineSample, markerSize, strokeOf, type LegendEntry } from './legend.ts';
import { marker } from './markers.ts';
import { layoutPanels, type Panel, type Plot } from './panels.ts';
import { referenceEntries, referenceItems, referenceNotes } from './references.ts';
import { area, polyline, type Item, type Point, type Scene } from './scene.ts';
import { absentNotes, Axes, lookOfGroup, namesOf, notesOf, seriesOptions, shownGroups } from './series.ts';
import { styleOf } from './style.ts';
import { plainText } from './text.ts';
import { Typesetter } from './typesetter.ts';

/** Curves in panels, for kinds of figure whose data are panels of them. */

const BAND_OPACITY = 0.18;
const FAINT = 0.35;
/** More lines than these would be a grey wall: their number is told instead. */
const MOST_PRUNINGS = 12;
const PRUNING = { colour: '8a8a8a', dash: [1.5, 1.5] };

export const curveOptions = {
  ...seriesOptions,
  band: z.boolean().default(true).describe('Whether the spread is drawn, as a band.'),
  prunings: z.boolean().default(true).describe('Whether prunings are marked by upright lines.'),
  seeds: z.boolean().default(false).describe('Whether the curve of each run is drawn behind the mean.'),
  smoothing: z
    .number()
    .min(0)
    .max(0.99)
    .default(0)
    .describe('Weight of what was before in a moving average; the raw line stays behind it.'),
};
type CurveOptions = z.output<z.ZodObject<typeof curveOptions>>;
type DrawnGroup = Group & { points: readonly CurvePoint[]; seeds?: readonly SeedCurve[] };

export function drawCurves(
  panels: readonly SeriesPanel[],
  given: CurveOptions,
  { metrics, style: asked, facts }: Drawing,
): Scene {
  const columns = Math.max(1, Math.min(given.columns, panels.length));
  const rows = Math.max(1, Math.ceil(panels.length / columns));
  const set = new Typesetter(metrics, styleOf(asked, { rows, columns }));
  const axes = new Axes(panels, given, facts);
  const groups = shownGroups(panels, set.style.sort);
  const names = namesOf(groups);
  const references = panels[0]?.references ?? [];
  const banded = given.band && facts.spread !== 'none' && given.smoothing === 0;
  return layoutPanels(
    set,
    panels.map((panel, index) => panelOf(set, panel, index, axes, given, banded)),
    {
      columns,
      legend: [
        ...groups.map((group) => ({
          label: names.get(group) ?? group.label,
          sample: lineSample(lookOfGroup(set.style.palette, group), set, set.style.markers),
        })),
        ...referenceEntries(set, references),
        ...(given.prunings && panels.some((panel) => markedPrunings(panel).length > 0)
          ? [pruningEntry(set)]
          : []),
      ],
      notes: [
        ...notesOf(groups, facts, banded ? 'bands' : null, [
          ...(given.smoothing > 0 ? [`smoothed by ${given.smoothing}, raw lines behind`] : []),
          ...(given.seeds ? ['faint lines: single runs'] : []),
          ...absentNotes(panels),
        ]),
        ...(given.prunings ? unmarkedPrunings(panels) : []),
        ...referenceNotes(set, references),
      ],
      description: panels
        .map(({ title, x, y }) =>
          plainText(`${title === null ? '' : `${title}: `}${y.title} against ${x.title}`),
        )
        .join('; '),
    },
  );
}

function panelOf(
  set: Typesetter,
  panel: SeriesPanel,
  index: number,
  axes: Axes,
  given: CurveOptions,
  banded: boolean,
): Panel {
  const { palette } = set.style;
  return {
    title: panel.title,
    x: axes.x(panel),
    y: axes.y(panel),
    draw: (plot) => [
      ...(given.prunings ? pruningLines(set, panel, plot) : []),
      ...referenceItems(set, plot, panel),
      ...(banded
        ? panel.groups.flatMap((group) =>
            bandsOf(plot, panel, group.points, lookOfGroup(palette, group).colour),
          )
        : []),
      ...panel.groups.flatMap((group) => behind(set, plot, panel, group, given)),
      ...panel.groups.flatMap((group) => lineOf(set, plot, panel, smoothedBy(group, given.smoothing))),
    ],
    over: (plot) => annotationsOf(set, plot, index, given),
    ends: panel.groups.flatMap((group) => {
      const last = smoothedBy(group, given.smoothing).points.findLast(({ mean }) => mean !== null);
      if (last === undefined || last.mean === null) return [];
      const { colour } = lookOfGroup(palette, group);
      return [{ label: group.label, colour, at: drawn(panel.y, last.mean) }];
    }),
  };
}

/** The group with its means smoothed, by the very numbers that the window smooths. */
function smoothedBy<One extends DrawnGroup>(group: One, weight: number): One {
  if (weight === 0) return group;
  const means = smoothed(
    group.points.map(({ mean }) => mean ?? NaN),
    weight,
  );
  const points = group.points.map((point, at) => ({
    ...point,
    mean: point.mean === null ? null : (means[at] ?? null),
  }));
  return { ...group, points };
}

/** What stands behind a mean: the raw line where it is smoothed, and the curve of each run where that is asked for. */
function behind(
  set: Typesetter,
  plot: Plot,
  panel: SeriesPanel,
  group: DrawnGroup,
  given: CurveOptions,
): Item[] {
  const look = lookOfGroup(set.style.palette, group);
  const stroke = { ...strokeOf(look, set.style.line * 0.6), opacity: FAINT };
  const line = (points: readonly { x: number; y: number | null }[]): Item =>
    polyline(
      points.map(({ x, y }) => (y === null ? null : plot.at(drawn(panel.x, x), drawn(panel.y, y)))),
      stroke,
    );
  return [
    ...(given.seeds ? (group.seeds ?? []).map(({ points }) => line(points)) : []),
    ...(given.smoothing > 0 ? [line(group.points.map(({ x, mean }) => ({ x, y: mean })))] : []),
  ];
}

function lineOf(set: Typesetter, plot: Plot, panel: SeriesPanel, group: DrawnGroup): Item[] {
  const look = lookOfGroup(set.style.palette, group);
  const points = group.points.map(({ x, mean }): Point | null =>
    mean === null ? null : plot.at(drawn(panel.x, x), drawn(panel.y, mean)),
  );
  // A point without neighbours is no line: it would not be seen.
  const marked = points.filter(
    (point, index): point is Point =>
      point !== null && (set.style.markers || (!points[index - 1] && !points[index + 1])),
  );
  return [
    polyline(points, strokeOf(look, set.style.line)),
    ...marked.map((point) => marker(look, point, markerSize(set))),
  ];
}

/** The area between the ends of the spread, a piece for each part of the line without a break. */
function bandsOf(plot: Plot, panel: SeriesPanel, points: readonly CurvePoint[], colour: string): Item[] {
  const pieces: { x: number; low: number; high: number }[][] = [[]];
  for (const { x, low, high } of points) {
    if (low === null || high === null) pieces.push([]);
    else pieces.at(-1)?.push({ x, low, high });
  }
  return pieces
    .filter((piece) => piece.length > 1 && piece.some(({ low, high }) => low < high))
    .map((piece) => {
      const upper = piece.map(({ x, high }) => plot.at(drawn(panel.x, x), drawn(panel.y, high)));
      const lower = piece.map(({ x, low }) => plot.at(drawn(panel.x, x), drawn(panel.y, low)));
      return area([...upper, ...lower.reverse()], { colour, opacity: BAND_OPACITY });
    });
}

function markedPrunings({ prunings }: SeriesPanel): readonly number[] {
  return prunings.length > MOST_PRUNINGS ? [] : prunings;
}

/** What is told of prunings that are too many to be marked. */
function unmarkedPrunings(panels: readonly SeriesPanel[]): string[] {
  const most = Math.max(0, ...panels.map(({ prunings }) => prunings.length));
  return most > MOST_PRUNINGS ? [`pruned at ${most} places of the axis, which are not marked`] : [];
}

function pruningLines(set: Typesetter, panel: SeriesPanel, plot: Plot): Item[] {
  return markedPrunings(panel).map((x) => {
    const across = plot.across(drawn(panel.x, x));
    return polyline(
      [
        [across, plot.y],
        [across, plot.y + plot.height],
      ],
      pruningStroke(set),
    );
  });
}

const pruningStroke = (set: Typesetter) => ({
  colour: PRUNING.colour,
  width: set.style.axis,
  dash: PRUNING.dash,
});

/** A short upright line, as in the panels. */
function pruningEntry(set: Typesetter): LegendEntry {
  const reach = set.style.size * 0.45;
  return {
    label: 'pruning',
    sample: (x, y, width) => [
      polyline(
        [
          [x + width * 0.75, y - reach],
          [x + width * 0.75, y + reach],
        ],
        pruningStroke(set),
      ),
    ],
  };
}
