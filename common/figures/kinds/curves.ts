import * as z from 'zod';
import { annotationsOf } from '../annotations.ts';
import { drawn, type CurvePoint, type Group, type SeriesPanel } from '../data.ts';
import { defineFigure } from '../figure.ts';
import { lineSample, markerSize, strokeOf, type LegendEntry } from '../legend.ts';
import { marker } from '../markers.ts';
import { layoutPanels, type Panel, type Plot } from '../panels.ts';
import { area, polyline, type Item, type Point } from '../scene.ts';
import {
  Axes,
  groupsOf,
  lookOfGroup,
  namesOf,
  notesOf,
  seriesOptions,
  seriesTable,
  type SeriesOptions,
} from '../series.ts';
import { styleOf } from '../style.ts';
import { plainText } from '../text.ts';
import { Typesetter } from '../typesetter.ts';

const BAND_OPACITY = 0.18;
/** More lines than these would be a grey wall: their number is told instead. */
const MOST_PRUNINGS = 12;
const PRUNING = { colour: '8a8a8a', dash: [1.5, 1.5] };

const options = z.strictObject({
  ...seriesOptions,
  band: z.boolean().default(true).describe('Whether the spread is drawn, as a band.'),
  prunings: z.boolean().default(true).describe('Whether prunings are marked by upright lines.'),
});

/** Measures against time, or against another measure: means over seeds and bands of their spread. */
export const curves = defineFigure({
  id: 'curves',
  title: 'Curves',
  description:
    'Measures against epochs, steps or another measure: a mean over seeds, with a band for the spread.',
  shape: 'series',
  options,
  draw: (panels, given, { metrics, style: asked, facts }) => {
    const columns = Math.min(given.columns, panels.length);
    const set = new Typesetter(
      metrics,
      styleOf(asked, { rows: Math.ceil(panels.length / columns), columns }),
    );
    const axes = new Axes(panels, given);
    const groups = groupsOf(panels);
    const names = namesOf(groups);
    return layoutPanels(
      set,
      panels.map((panel, index) => panelOf(set, panel, index, axes, given, facts.spread !== 'none')),
      {
        columns,
        legend: [
          ...groups.map((group) => ({
            label: names.get(group) ?? group.label,
            sample: lineSample(lookOfGroup(set.style.palette, group), set, set.style.markers),
          })),
          ...(given.prunings && panels.some((panel) => markedPrunings(panel).length > 0)
            ? [pruningEntry(set)]
            : []),
        ],
        notes: [...notesOf(groups, facts, 'bands'), ...(given.prunings ? unmarkedPrunings(panels) : [])],
        description: panels
          .map(({ x, y }) => `${plainText(y.title)} against ${plainText(x.title)}`)
          .join('; '),
      },
    );
  },
  table: seriesTable,
});

function panelOf(
  set: Typesetter,
  panel: SeriesPanel,
  index: number,
  axes: Axes,
  given: z.output<typeof options>,
  spread: boolean,
): Panel {
  const { palette } = set.style;
  return {
    title: panel.title,
    x: axes.x(panel),
    y: axes.y(panel),
    draw: (plot) => [
      ...(given.prunings ? pruningLines(set, panel, plot) : []),
      ...(given.band && spread
        ? panel.groups.flatMap((group) =>
            bandsOf(plot, panel, group.points, lookOfGroup(palette, group).colour),
          )
        : []),
      ...panel.groups.flatMap((group) => lineOf(set, plot, panel, group)),
    ],
    over: (plot) => annotationsOf(set, plot, index, given satisfies SeriesOptions),
    ends: panel.groups.flatMap((group) => {
      const last = group.points.findLast(({ mean }) => mean !== null);
      if (last === undefined || last.mean === null) return [];
      const { colour } = lookOfGroup(palette, group);
      return [{ label: group.label, colour, at: drawn(panel.y, last.mean) }];
    }),
  };
}

function lineOf(
  set: Typesetter,
  plot: Plot,
  panel: SeriesPanel,
  group: Group & { points: readonly CurvePoint[] },
): Item[] {
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
