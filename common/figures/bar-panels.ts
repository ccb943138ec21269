import { CascadeError } from '../errors.ts';
import type { Table } from '../tables/csv.ts';
import type { Axis } from './axes.ts';
import { drawn, type Bar, type BarsPanel, type Facts, type Group, type Quantity } from './data.ts';
import type { LegendEntry } from './legend.ts';
import { layoutPanels, type Panel, type Plot } from './panels.ts';
import { polyline, rectangle, type Item } from './scene.ts';
import { makeScale, type Tick } from './scales.ts';
import { groupsOf, lookOfGroup, meanTitles, namesOf, notesOf } from './series.ts';
import { plainText } from './text.ts';
import { LINE_HEIGHT, type Typesetter } from './typesetter.ts';

/** Bars in panels, for kinds of figure whose data are panels of them. */

export interface BarOptions {
  columns: number;
  yLimits: readonly [number | null, number | null];
  seeds: boolean;
}

/** Share of a place that its bars fill together. */
const FILLED = 0.78;

export function drawBars(
  set: Typesetter,
  panels: readonly BarsPanel[],
  given: BarOptions,
  facts: Facts,
  extra: readonly string[] = [],
) {
  const columns = Math.max(1, Math.min(given.columns, panels.length));
  const groups = groupsOf(panels);
  const names = namesOf(groups);
  const axes = new Map<string, Axis>();
  const spread = facts.spread !== 'none';
  const seeds = given.seeds && panels.some((panel) => barsIn(panel).some(({ n }) => n > 1));
  // Bars of one place have their own names beneath them where these fit, and then need no legend.
  const named = panels.map((panel) => panel.across === null && fitBelow(set, panel, panels.length, columns));
  return layoutPanels(
    set,
    panels.map((panel, index): Panel => {
      const places = placesOf(panel, named[index] === true);
      return {
        title: panel.title,
        x: placeAxis(places, panel.across ?? ''),
        y: axisOf(axes, panels, panel, given, facts),
        draw: (plot) => barItems(set, plot, panel, seeds, spread),
      };
    }),
    {
      columns,
      legend: named.every((one) => one) ? [] : groups.map((group) => entryOf(set, group, names.get(group))),
      notes: [...notesOf(groups, facts, 'whiskers', [...extra, ...(seeds ? ['dots: single runs'] : [])])],
      description: panels.map(({ y, places }) => plainText(`${y.title} by ${places.join(', ')}`)).join('; '),
    },
  );
}

const barsIn = ({ groups }: BarsPanel): Bar[] =>
  groups.flatMap(({ bars }) => bars.flatMap((bar) => bar ?? []));

/** Bars begin at 0: an axis holds it, whatever the numbers are. */
function axisOf(
  known: Map<string, Axis>,
  panels: readonly BarsPanel[],
  { y }: BarsPanel,
  { yLimits }: BarOptions,
  facts: Facts,
): Axis {
  const key = `${y.id} ${y.threshold ?? ''}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const same = panels.filter((panel) => panel.y.id === y.id && panel.y.threshold === y.threshold);
  const bars = same.flatMap(barsIn);
  const values = bars.flatMap(({ mean, low, high, seeds }) => [
    mean,
    low,
    high,
    ...seeds.map(({ value }) => value),
  ]);
  const [low, high] = yLimits;
  if (low !== null && high !== null && low >= high)
    throw new CascadeError(
      'BAD_AXIS',
      `An axis cannot go from ${low} to ${high}: give its limits in rising order.`,
    );
  const axis: Axis = {
    ...meanTitles(
      y,
      same.flatMap(({ groups }) => groups),
      facts,
    ),
    scale: makeScale({
      kind: 'linear',
      values: [0, ...values.map((value) => drawn(y, value))],
      limits: yLimits,
    }),
  };
  known.set(key, axis);
  return axis;
}

/** Names beneath an axis of places, each in the middle of its own. */
function placeAxis(names: readonly string[], title: string): Axis {
  const count = Math.max(1, names.length);
  return {
    title,
    scale: makeScale({ kind: 'linear', values: [0, count], limits: [0, count], nice: false }),
    names: names.map((label, index): Tick => ({ value: index + 0.5, label })),
  };
}

function placesOf({ across, places, groups }: BarsPanel, named: boolean): string[] {
  if (across !== null) return [...places];
  return named ? groups.map(({ label }) => label) : groups.map(() => '');
}

/** Whether the names of groups fit beneath their own bars, broken into three lines at most. */
function fitBelow(set: Typesetter, panel: BarsPanel, count: number, columns: number): boolean {
  const room = (set.style.width / Math.min(count, columns) - 44) / Math.max(1, panel.groups.length) - 3;
  return panel.groups.every(({ label }) => {
    const lines = set.wrap(label, room, set.style.small);
    return lines.length <= 1 && lines.every((line) => set.width(line, set.style.small) <= room);
  });
}

function barItems(set: Typesetter, plot: Plot, panel: BarsPanel, seeds: boolean, spread: boolean): Item[] {
  const clustered = panel.across !== null;
  const count = panel.groups.length;
  return panel.groups.flatMap((group, index) =>
    group.bars.flatMap((bar, place) => {
      if (bar === null) return [];
      const width = clustered ? FILLED / count : FILLED * 0.8;
      const middle = clustered ? place + (1 - FILLED) / 2 + width * (index + 0.5) : index + 0.5;
      return barOf(set, plot, panel.y, group, bar, { middle, width }, seeds, spread);
    }),
  );
}

function barOf(
  set: Typesetter,
  plot: Plot,
  y: Quantity,
  group: Group,
  bar: Bar,
  { middle, width }: { middle: number; width: number },
  seeds: boolean,
  spread: boolean,
): Item[] {
  const { colour } = lookOfGroup(set.style.palette, group);
  const up = (value: number): number => plot.up(drawn(y, value));
  const [left, right] = [plot.across(middle - width * 0.46), plot.across(middle + width * 0.46)];
  const [zero, end] = [up(0), up(bar.mean)];
  const box = { x: left, y: Math.min(zero, end), width: right - left, height: Math.abs(zero - end) };
  const items: Item[] = [
    rectangle(box, {
      fill: { colour, opacity: group.control === true ? 0.12 : 0.45 },
      stroke: { colour, width: set.style.line * 0.8, ...(group.control === true ? { dash: [2, 1.4] } : {}) },
    }),
    ...patternOf(set, group, box),
  ];
  const x = plot.across(middle);
  if (seeds && bar.n > 1)
    bar.seeds.forEach(({ value }, seed) => {
      // Side by side in their order, so that equal numbers are all seen.
      const shift = bar.seeds.length === 1 ? 0 : (seed / (bar.seeds.length - 1) - 0.5) * 0.5;
      items.push(
        dot(
          plot.across(middle + shift * width),
          up(value),
          Math.max(0.8, Math.min(1.4, (right - left) / 12)),
        ),
      );
    });
  if (spread && bar.n > 1 && bar.low < bar.high) {
    const cap = Math.min(2.5, (right - left) * 0.25);
    const stroke = { colour: '000000', width: set.style.line * 0.7 };
    for (const [from, to] of [
      [
        [x, up(bar.low)],
        [x, up(bar.high)],
      ],
      [
        [x - cap, up(bar.low)],
        [x + cap, up(bar.low)],
      ],
      [
        [x - cap, up(bar.high)],
        [x + cap, up(bar.high)],
      ],
    ] as const)
      items.push(polyline([from, to], stroke));
  }
  return items;
}

/** Lines within a bar, by its group: the second cue beside colour. */
function patternOf(
  set: Typesetter,
  group: Group,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): Item[] {
  const pattern = group.slot % 4;
  if (pattern === 0 || height < 1) return [];
  const { colour } = lookOfGroup(set.style.palette, group);
  const step = 3.2;
  const stroke = { colour, width: 0.45 };
  const items: Item[] = [];
  if (pattern === 1 || pattern === 3)
    for (let at = step; at < width + height; at += step)
      items.push(
        polyline(
          [
            [x + Math.min(at, width), y + height - Math.max(0, at - width)],
            [x + Math.max(0, at - height), y + height - Math.min(at, height)],
          ],
          stroke,
        ),
      );
  if (pattern === 2 || pattern === 3)
    for (let at = step; at < width + height; at += step)
      items.push(
        polyline(
          [
            [x + Math.max(0, at - height), y + Math.min(at, height)],
            [x + Math.min(at, width), y + Math.max(0, at - width)],
          ],
          stroke,
        ),
      );
  return items;
}

function dot(x: number, y: number, radius: number): Item {
  const round = radius * 0.5522847498;
  return {
    kind: 'path',
    segments: [
      ['M', x + radius, y],
      ['C', x + radius, y + round, x + round, y + radius, x, y + radius],
      ['C', x - round, y + radius, x - radius, y + round, x - radius, y],
      ['C', x - radius, y - round, x - round, y - radius, x, y - radius],
      ['C', x + round, y - radius, x + radius, y - round, x + radius, y],
      ['Z'],
    ],
    fill: { colour: '000000', opacity: 0.75 },
    stroke: { colour: 'ffffff', width: 0.3 },
  };
}

function entryOf(set: Typesetter, group: Group, name = group.label): LegendEntry {
  const { colour } = lookOfGroup(set.style.palette, group);
  return {
    label: name,
    sample: (x, y, width) => {
      const side = set.style.small * LINE_HEIGHT * 0.75;
      const box = { x: x + width - side * 1.4, y: y - side / 2, width: side * 1.4, height: side };
      return [
        rectangle(box, {
          fill: { colour, opacity: group.control === true ? 0.12 : 0.45 },
          stroke: {
            colour,
            width: set.style.line * 0.8,
            ...(group.control === true ? { dash: [2, 1.4] } : {}),
          },
        }),
        ...patternOf(set, group, box),
      ];
    },
  };
}

/** Every bar and every run in it, a row each. */
export function barsTable(panels: readonly BarsPanel[], facts: Facts): Table {
  return {
    columns: [
      'panel',
      'group',
      'place',
      'measure',
      'of',
      'threshold',
      'run',
      'mean',
      'low',
      'high',
      'n',
      'spread',
      'runs',
    ],
    rows: panels.flatMap((panel, index) =>
      panel.groups.flatMap((group) =>
        group.bars.flatMap((bar, place) => {
          const about = [
            panel.title ?? String(index + 1),
            group.label,
            panel.places[place] ?? '',
            panel.y.id,
            panel.y.of ?? null,
            panel.y.threshold ?? null,
          ];
          if (bar === null)
            return [[...about, null, null, null, null, 0, facts.spread, group.runs.join(' ')]];
          return [
            [...about, null, bar.mean, bar.low, bar.high, bar.n, facts.spread, group.runs.join(' ')],
            ...bar.seeds.map(({ run, value }) => [...about, run, value, null, null, 1, null, run]),
          ];
        }),
      ),
    ),
  };
}
