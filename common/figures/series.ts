import * as z from 'zod';
import type { Table } from '../tables/csv.ts';
import type { Axis } from './axes.ts';
import { axisTitle, drawn, type Facts, type Group, type Quantity, type SeriesPanel } from './data.ts';
import type { Look } from './looks.ts';
import { CONTROL_DASH, lookOf, type PaletteName } from './looks.ts';
import { SPREADS } from '../statistics/spread.ts';
import { makeScale, SCALE_KINDS } from './scales.ts';

/** What figures of curves and of points have in common: options, axes, looks, notes and the table. */

const limits = z
  .tuple([z.number().nullable(), z.number().nullable()])
  .default([null, null])
  .describe('Where the axis begins and ends, as drawn; null for what follows from the numbers.');

export const seriesOptions = {
  columns: z.int().min(1).max(6).default(2).describe('Panels side by side.'),
  xScale: z.enum(SCALE_KINDS).optional().describe('By default what suits the quantity.'),
  yScale: z.enum(SCALE_KINDS).optional().describe('By default what suits the measure.'),
  xLimits: limits,
  yLimits: limits,
  linearUpTo: z
    .number()
    .positive()
    .default(1e-3)
    .describe('Of a symlog axis: the numbers up to which it is linear.'),
  annotations: z
    .array(
      z.strictObject({
        panel: z.int().min(0).default(0),
        x: z.number(),
        y: z.number(),
        text: z.string().min(1).max(200),
        anchor: z.enum(['start', 'middle', 'end']).default('start'),
      }),
    )
    .max(50)
    .default([])
    .describe('Words at places of a panel, given in the numbers of its axes.'),
};
export type SeriesOptions = z.output<z.ZodObject<typeof seriesOptions>>;

/** Axes by the quantity: panels of one quantity share theirs, so that their heights can be compared. */
export class Axes {
  readonly #panels: readonly SeriesPanel[];
  readonly #options: SeriesOptions;
  readonly #known = new Map<string, Axis>();

  constructor(panels: readonly SeriesPanel[], options: SeriesOptions) {
    this.#panels = panels;
    this.#options = options;
  }

  x({ x }: SeriesPanel): Axis {
    return this.#axis('x', x, (panel) => [
      ...panel.groups.flatMap(({ points }) =>
        points.flatMap((point) => [point.x, ...(point.across ? [point.across.low, point.across.high] : [])]),
      ),
      ...panel.references.flatMap(({ points }) => points.map((point) => point.x)),
    ]);
  }

  y({ y }: SeriesPanel): Axis {
    return this.#axis('y', y, (panel) => [
      ...panel.groups.flatMap(({ points }) =>
        points.flatMap(({ mean, low, high }) => [mean, low, high].filter((value) => value !== null)),
      ),
      ...panel.references.flatMap(({ points }) => points.map((point) => point.y)),
    ]);
  }

  #axis(which: 'x' | 'y', quantity: Quantity, valuesOf: (panel: SeriesPanel) => number[]): Axis {
    const key = `${which} ${quantity.id} ${quantity.threshold ?? ''}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const same = this.#panels.filter(
      (panel) => panel[which].id === quantity.id && panel[which].threshold === quantity.threshold,
    );
    const { linearUpTo } = this.#options;
    const values = same.flatMap(valuesOf).map((value) => drawn(quantity, value));
    // A scale that suits a measure does not suit numbers at 0: none is left out unless a person asked for that scale.
    const suited = quantity.scale === 'log' && values.some((value) => value <= 0) ? 'symlog' : quantity.scale;
    const axis: Axis = {
      title: axisTitle(quantity),
      scale: makeScale({
        kind: this.#options[`${which}Scale`] ?? suited,
        values,
        limits: this.#options[`${which}Limits`],
        linearUpTo: drawn(quantity, linearUpTo),
        whole: quantity.unit === 'count' || quantity.id === 'epoch' || quantity.id === 'step',
        // Epochs end where they end; heights end at round numbers.
        nice: which === 'y',
      }),
    };
    this.#known.set(key, axis);
    return axis;
  }
}

export function lookOfGroup(palette: PaletteName, group: Group): Look {
  const look = lookOf(palette, group.slot);
  return group.control === true ? { ...look, dash: CONTROL_DASH } : look;
}

/** Groups of all panels, each once. */
export function groupsOf(panels: readonly { groups: readonly Group[] }[]): Group[] {
  const known = new Map<string, Group>();
  for (const { groups } of panels)
    for (const group of groups) {
      const key = `${group.label} ${group.slot}`;
      if (!known.has(key)) known.set(key, group);
    }
  return [...known.values()];
}

/** The name of a group, with its runs where groups have different numbers of them. */
export function namesOf(groups: readonly Group[]): Map<Group, string> {
  const same = groups.every(({ n, least = n }) => n === groups[0]?.n && least === n);
  return new Map(groups.map((group) => [group, same ? group.label : `${group.label} (${countOf(group)})`]));
}

function countOf({ n, least = n }: Group): string {
  return least === n ? `$n = ${n}$` : `$n = ${least}$–${n}`;
}

/**
 * What a reader must be told: of how many runs the means are, what the spread is, and what is left out.
 *
 * @param what how the spread is drawn: 'bands', 'bars'
 */
export function notesOf(groups: readonly Group[], facts: Facts, what: string): string[] {
  const counts = [...new Set(groups.flatMap(({ n, least = n }) => [n, least]))];
  const parts: string[] = [];
  if (counts.length === 1 && counts[0] !== undefined)
    parts.push(counts[0] === 1 ? 'one run each' : `means of $n = ${counts[0]}$ runs`);
  else if (counts.length > 1) parts.push('means of $n$ runs');
  if (facts.spread !== 'none' && counts.some((count) => count > 1))
    parts.push(`${what}: ${facts.spread === 'bootstrap' ? '' : '±'}${SPREADS[facts.spread].title}`);
  if (facts.unfinished > 0)
    parts.push(`${facts.unfinished} unfinished ${facts.unfinished === 1 ? 'run' : 'runs'} left out`);
  return parts.length === 0 ? [] : [parts.join('; ')];
}

/** Every number of every curve, a row each. */
export function seriesTable(panels: readonly SeriesPanel[], facts: Facts): Table {
  const columns = [
    'panel',
    'group',
    'x_measure',
    'x',
    'x_low',
    'x_high',
    'y_measure',
    'of',
    'threshold',
    'mean',
    'low',
    'high',
    'n',
    'spread',
    'source',
    'runs',
  ];
  const rows = panels.flatMap((panel, index) => {
    const name = panel.title ?? String(index + 1);
    const about = [panel.y.id, panel.y.of ?? null, panel.y.threshold ?? null];
    return [
      ...panel.groups.flatMap((group) =>
        group.points.map(({ x, across, mean, low, high, n }) => [
          name,
          group.label,
          panel.x.id,
          x,
          across?.low ?? null,
          across?.high ?? null,
          ...about,
          mean,
          low,
          high,
          n,
          facts.spread,
          null,
          group.runs.join(' '),
        ]),
      ),
      ...panel.references.flatMap(({ label, source, points }) =>
        points.map(({ x, y }) => [
          name,
          label,
          panel.x.id,
          x,
          null,
          null,
          ...about,
          y,
          null,
          null,
          null,
          null,
          source,
          null,
        ]),
      ),
    ];
  });
  return { columns, rows };
}
