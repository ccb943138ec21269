import * as z from 'zod';
import type { Table } from '../tables/csv.ts';
import { annotationOptions } from './annotations.ts';
import type { Axis } from './axes.ts';
import { axisTitle, drawn, type Facts, type Group, type Quantity, type SeriesPanel } from './data.ts';
import type { Look } from './looks.ts';
import { CONTROL_DASH, lookOf, lookOnPaper, type PaletteName } from './looks.ts';
import { smoothed } from '../statistics/smoothing.ts';
import { SPREADS } from '../statistics/spread.ts';
import { makeScale, SCALE_KINDS } from './scales.ts';
import type { LegendSort } from './style.ts';
import { plainText } from './text.ts';

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
  xTitle: z.string().max(300).optional().describe('In place of the title of the horizontal axis.'),
  yTitle: z.string().max(300).optional().describe('The same of the upright axis.'),
  ...annotationOptions,
};
export type SeriesOptions = z.output<z.ZodObject<typeof seriesOptions>>;

/** Axes by the quantity: panels of one quantity share theirs, so that their heights can be compared. */
export class Axes {
  readonly #panels: readonly SeriesPanel[];
  readonly #options: SeriesOptions;
  readonly #facts: Facts;
  readonly #known = new Map<string, Axis>();

  constructor(panels: readonly SeriesPanel[], options: SeriesOptions, facts: Facts) {
    this.#panels = panels;
    this.#options = options;
    this.#facts = facts;
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
      ...panel.groups.flatMap(({ seeds = [] }) =>
        seeds.flatMap(({ points }) => points.flatMap(({ y: value }) => value ?? [])),
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
    const isMean = which === 'y' || same.some(({ groups }) => groups.some(hasAcross));
    const given = this.#options[`${which}Title`];
    const told = isMean
      ? meanTitles(
          quantity,
          same.flatMap(({ groups }) => groups),
          this.#facts,
        )
      : { title: axisTitle(quantity) };
    const axis: Axis = {
      ...(given === undefined ? told : { title: given }),
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
  if (group.look && (palette === 'window' || (group.look.byHand && palette !== 'grey')))
    return lookOnPaper(group.look.window);
  const look = lookOf(palette, group.slot);
  return group.control === true ? { ...look, dash: CONTROL_DASH } : look;
}

const hasAcross = ({ points }: SeriesPanel['groups'][number]): boolean =>
  points.some(({ across }) => across !== undefined && across.low < across.high);

/**
 * What an axis tells, and what its means and their spread are: "Test accuracy (% of test images), mean ± sd, n = 5". Where there is
 * little room, less of it.
 */
export function meanTitles(
  quantity: Quantity,
  groups: readonly Group[],
  facts: Facts,
): Pick<Axis, 'title' | 'shorter'> {
  const title = axisTitle(quantity);
  const counts = countsIn(groups);
  const most = Math.max(0, ...counts);
  if (most < 2) return { title };
  const spread = `${title}, ${facts.spread === 'none' ? 'mean' : `mean ${SPREAD_SHORT[facts.spread]}`}`;
  return counts.length === 1
    ? { title: `${spread}, $n = ${most}$`, shorter: [spread, title] }
    : { title: spread, shorter: [title] };
}

const SPREAD_SHORT = { sd: '± sd', se: '± se', bootstrap: '± 95% CI' } as const;

/** Groups of all panels, each once. */
export function groupsOf<One extends Group>(panels: readonly { groups: readonly One[] }[]): One[] {
  const known = new Map<string, One>();
  for (const { groups } of panels)
    for (const group of groups) {
      const key = `${group.label} ${group.slot}`;
      if (!known.has(key)) known.set(key, group);
    }
  return [...known.values()];
}

/** Groups that are drawn in some panel, in the order of the legend. */
export function shownGroups(
  panels: readonly SeriesPanel[],
  sort: LegendSort,
): SeriesPanel['groups'][number][] {
  const present = panels.map((panel) => ({ groups: panel.groups.filter(isDrawn) }));
  const groups = groupsOf(present);
  const last = (group: SeriesPanel['groups'][number]): number =>
    group.points.findLast(({ mean }) => mean !== null)?.mean ?? -Infinity;
  switch (sort) {
    case 'runs':
      return groups;
    case 'name':
      return groups.sort((one, other) =>
        plainText(one.label).localeCompare(plainText(other.label), 'en', { numeric: true }),
      );
    case 'value':
      return groups.sort((one, other) => last(other) - last(one));
  }
}

const isDrawn = ({ points }: SeriesPanel['groups'][number]): boolean =>
  points.some(({ mean }) => mean !== null);

/** How many groups a panel cannot draw, and why. */
export function absentNotes(panels: readonly SeriesPanel[]): string[] {
  const notes = panels.flatMap((panel) => {
    const absent = panel.groups.filter((group) => !isDrawn(group));
    if (absent.length === 0) return [];
    const missing = panel.lacking ?? 'both';
    const what = {
      x: panel.x.title,
      y: panel.y.title,
      both: [panel.y.title, ...(CURVE_AXIS.test(panel.x.id) ? [] : [panel.x.title])].join(' and '),
    }[missing];
    return [
      `${absent.length} ${absent.length === 1 ? 'group' : 'groups'} left out: ${what} not measured in ${absent.length === 1 ? 'its' : 'their'} runs`,
    ];
  });
  return [...new Set(notes)];
}
const CURVE_AXIS = /^(?:epoch|step|seconds)$/;

/** The name of a group, with its runs where groups have different numbers of them. */
export function namesOf(groups: readonly Group[]): Map<Group, string> {
  const same = groups.every(({ n, least = n }) => n === groups[0]?.n && least === n);
  return new Map(groups.map((group) => [group, same ? group.label : `${group.label} (${countOf(group)})`]));
}

function countOf({ n, least = n }: Group): string {
  return least === n ? `$n = ${n}$` : `$n = ${least}$–${n}`;
}

/** Numbers of runs that means are of, each once, rising. */
const countsIn = (groups: readonly Group[]): number[] =>
  [...new Set(groups.flatMap(({ n, least = n }) => [n, least]))].sort((one, other) => one - other);

/** Of how many runs the means are, and what their spread is. */
export function meanNote(groups: readonly Group[], facts: Facts): string[] {
  const counts = countsIn(groups);
  const [least = 0, most = 0] = [counts[0], counts.at(-1)];
  if (counts.length === 0) return [];
  if (most === 1) return ['one run each'];
  const spread = facts.spread === 'none' ? 'mean' : `mean ± ${SPREADS[facts.spread].title}`;
  return [`${spread}, $n = ${least}$${least === most ? '' : `–${most}`}`];
}

export function unfinishedNote({ unfinished }: Facts): string[] {
  return unfinished === 0 ? [] : [`${unfinished} unfinished ${unfinished === 1 ? 'run' : 'runs'} left out`];
}

/**
 * What a reader must be told: of how many runs the means are, what the spread is, and what is left out.
 *
 * @param what how the spread is drawn: 'bands', 'bars'; null where it is not
 */
export function notesOf(
  groups: readonly Group[],
  facts: Facts,
  what: string | null,
  extra: readonly string[] = [],
): string[] {
  const several = countsIn(groups).some((count) => count > 1);
  const shown = what !== null && facts.spread !== 'none' && several;
  const mean = meanNote(groups, what === null ? { ...facts, spread: 'none' } : facts);
  const parts = [
    ...mean.map((note) => (shown ? `${what}: ${note}` : note)),
    ...extra,
    ...unfinishedNote(facts),
  ];
  return parts.length === 0 ? [] : [parts.join('; ')];
}

/** Every number of every curve, a row each: what is drawn, and where it is smoothed what it was before. */
export function seriesTable(
  panels: readonly SeriesPanel[],
  facts: Facts,
  { smoothing = 0 }: { smoothing?: number } = {},
): Table {
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
    ...(smoothing > 0 ? ['smoothed'] : []),
    'source',
    'run',
    'runs',
  ];
  const rows = panels.flatMap((panel, index) => {
    const about = {
      panel: panel.title ?? String(index + 1),
      x_measure: panel.x.id,
      y_measure: panel.y.id,
      of: panel.y.of ?? null,
      threshold: panel.y.threshold ?? null,
    };
    /** A column that is not named is empty. */
    const row = (cells: Readonly<Record<string, string | number | null>>): (string | number | null)[] => {
      const all: Readonly<Record<string, string | number | null>> = { ...about, ...cells };
      return columns.map((column) => all[column] ?? null);
    };
    return [
      ...panel.groups.flatMap((group) => {
        const means = smoothed(
          group.points.map(({ mean }) => mean ?? NaN),
          smoothing,
        );
        return [
          ...group.points.map(({ x, across, mean, low, high, n }, at) =>
            row({
              group: group.label,
              x,
              x_low: across?.low ?? null,
              x_high: across?.high ?? null,
              mean,
              low,
              high,
              n,
              spread: facts.spread,
              smoothed: mean === null ? null : (means[at] ?? null),
              runs: group.runs.join(' '),
            }),
          ),
          ...(group.seeds ?? []).flatMap(({ run, points }) =>
            points.map(({ x, y }) => row({ group: group.label, x, mean: y, n: 1, run, runs: run })),
          ),
        ];
      }),
      ...panel.references.flatMap(({ label, source, points }) =>
        points.map(({ x, y }) => row({ group: label, x, mean: y, source })),
      ),
    ];
  });
  return { columns, rows };
}
