import * as z from 'zod';
import { annotationsOf } from '../annotations.ts';
import { drawn, type CurvePoint, type Group, type SeriesPanel } from '../data.ts';
import { defineFigure } from '../figure.ts';
import { lineSample, markerSize, strokeOf, type LegendEntry } from '../legend.ts';
import { marker } from '../markers.ts';
import { layoutPanels, type Panel, type Plot } from '../panels.ts';
import { polyline, type Item, type Point } from '../scene.ts';
import {
  absentNotes,
  Axes,
  lookOfGroup,
  namesOf,
  notesOf,
  seriesOptions,
  seriesTable,
  shownGroups,
} from '../series.ts';
import { referenceEntries, referenceItems, referenceNotes } from '../references.ts';
import { styleOf } from '../style.ts';
import { plainText } from '../text.ts';
import { Typesetter } from '../typesetter.ts';

const options = z.strictObject({
  ...seriesOptions,
  joined: z.boolean().default(true).describe('Whether points of a group are joined by a line.'),
  bars: z.boolean().default(true).describe('Whether the spreads of both axes are drawn, as bars.'),
});

/** What is gained against what it costs: a point with both spreads for each group, or for each part of one. */
export const tradeOff = defineFigure({
  id: 'trade-off',
  title: 'Trade-off',
  description:
    'One measure against another after the last epoch: points with both spreads, and curves that others have published.',
  shape: 'ends',
  options,
  draw: (panels, given, { metrics, style: asked, facts }) => {
    const columns = Math.max(1, Math.min(given.columns, panels.length));
    const set = new Typesetter(
      metrics,
      styleOf(asked, { rows: Math.ceil(panels.length / columns), columns }),
    );
    const axes = new Axes(panels, given, facts);
    const groups = shownGroups(panels, set.style.sort);
    const names = namesOf(groups);
    const { palette } = set.style;
    const references = panels[0]?.references ?? [];
    return layoutPanels(
      set,
      panels.map((panel, index): Panel => ({
        title: panel.title,
        x: axes.x(panel),
        y: axes.y(panel),
        draw: (plot) => [
          ...referenceItems(set, plot, panel),
          ...panel.groups.flatMap((group) => [
            ...(given.joined ? [lineOf(set, plot, panel, group)] : []),
            ...(given.bars && facts.spread !== 'none' ? barsOf(set, plot, panel, group) : []),
          ]),
          ...panel.groups.flatMap((group) => markersOf(set, plot, panel, group)),
        ],
        over: (plot) => annotationsOf(set, plot, index, given),
      })),
      {
        columns,
        legend: [
          ...groups.map((group): LegendEntry => ({
            label: names.get(group) ?? group.label,
            sample: given.joined
              ? lineSample(lookOfGroup(palette, group), set, true)
              : (x, y, width) => [
                  marker(lookOfGroup(palette, group), [x + width / 2, y], markerSize(set) * POINT),
                ],
          })),
          ...referenceEntries(set, references),
        ],
        notes: [
          ...notesOf(groups, facts, given.bars ? 'bars' : null, absentNotes(panels)),
          ...referenceNotes(set, references),
        ],
        description: panels
          .map(({ x, y }) => `${plainText(y.title)} against ${plainText(x.title)}`)
          .join('; '),
      },
    );
  },
  table: (panels, facts) => seriesTable(panels, facts),
});

/** How much larger a point is than a marker on a line. */
const POINT = 1.25;

function placesOf(plot: Plot, panel: SeriesPanel, points: readonly CurvePoint[]): (Point | null)[] {
  return points.map(({ x, mean }) =>
    mean === null ? null : plot.at(drawn(panel.x, x), drawn(panel.y, mean)),
  );
}

function lineOf(
  set: Typesetter,
  plot: Plot,
  panel: SeriesPanel,
  group: Group & { points: readonly CurvePoint[] },
): Item {
  const look = lookOfGroup(set.style.palette, group);
  return polyline(placesOf(plot, panel, group.points), strokeOf(look, set.style.line * 0.8));
}

function markersOf(
  set: Typesetter,
  plot: Plot,
  panel: SeriesPanel,
  group: Group & { points: readonly CurvePoint[] },
): Item[] {
  const look = lookOfGroup(set.style.palette, group);
  return placesOf(plot, panel, group.points)
    .filter((point) => point !== null)
    .map((point) => marker(look, point, markerSize(set) * POINT));
}

/** The spreads: an upright and a level bar through each point. */
function barsOf(
  set: Typesetter,
  plot: Plot,
  panel: SeriesPanel,
  group: Group & { points: readonly CurvePoint[] },
): Item[] {
  const { colour } = lookOfGroup(set.style.palette, group);
  const stroke = { colour, width: set.style.line * 0.7 };
  return group.points.flatMap(({ x, mean, low, high, across }) => {
    if (mean === null || low === null || high === null) return [];
    const [middle, centre] = plot.at(drawn(panel.x, x), drawn(panel.y, mean));
    const upright = polyline(
      [
        [middle, plot.up(drawn(panel.y, low))],
        [middle, plot.up(drawn(panel.y, high))],
      ],
      stroke,
    );
    if (across === undefined) return [upright];
    const level = polyline(
      [
        [plot.across(drawn(panel.x, across.low)), centre],
        [plot.across(drawn(panel.x, across.high)), centre],
      ],
      stroke,
    );
    return [upright, level];
  });
}
