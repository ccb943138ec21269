import type { Reference } from '../../common/figures/data.ts';
import type { FigureGiven } from '../../common/figures/specification.ts';
import { measuresOf } from '../../common/measures/registry.ts';
import { freeFigureName } from '../format/figure-name.ts';
import { SEEDS_FOLDED } from '../../common/groups/keys.ts';
import type { Field } from '../../common/fields/field.ts';
import type { AxisQuantity } from './quantities.ts';

/** What a pane draws, as a figure for a paper has it. */
export interface FigureMade {
  /** A kind of the registry of figures. */
  kind: string;
  x?: AxisQuantity;
  measures?: readonly AxisQuantity[];
  /** Ids of measures in their place, at the threshold of all panes. */
  ids?: readonly string[];
  /** Other runs than those that are compared. */
  query?: string;
  /** What its name is made of, where the measure and the axis do not say it. */
  words?: string;
  /** Options of the kind of figure. */
  options?: Readonly<Record<string, unknown>>;
  /** Groups that have this in common are one group of points, joined by a line. */
  joined?: string | null;
  /** Curves of others that are drawn beside. Labels are in the language of labels. */
  references?: readonly Reference[];
  /** Two sides, as `renderer/compare/answer-pairs.ts` has them: ids of groups, or of runs. */
  sides?: { before: string | undefined; after: string | undefined };
}

/** Curves of others that a figure holds. */
export const MOST_REFERENCES = 20;

export interface Compared {
  query: string;
  keys: readonly Field[];
  threshold: string;
  spread: FigureGiven['spread'];
  /** Studies that the runs are of. */
  studies: number;
  /** What a figure calls a group of the comparison, by its id. */
  nameOf?: (group: string, groupBy: readonly string[]) => string | null;
}

/** Arms tell seeds of one another by a name; those of several studies need both names. */
function keysOf({ keys, studies }: Compared): string[] {
  return keys.flatMap(({ id }) => (id !== SEEDS_FOLDED ? [id] : studies > 1 ? ['study', 'arm'] : ['arm']));
}

/** The specification of a figure of what a pane shows. @param taken names that figures have */
export function figureOf(made: FigureMade, compared: Compared, taken: readonly string[]): FigureGiven {
  const groups = keysOf(compared);
  const { joined = null, references = [] } = made;
  return {
    name: freeFigureName(wordsOf(made), taken),
    kind: made.kind,
    query: made.query ?? compared.query,
    groupBy: joined === null ? groups : [joined],
    ...(joined === null ? {} : { pointBy: groups }),
    ...(made.x === undefined ? {} : { x: made.x.asked }),
    ...measuresIn(made),
    threshold: compared.threshold,
    spread: compared.spread,
    ...(references.length === 0 ? {} : { references: references.slice(0, MOST_REFERENCES).map(given) }),
    // As it is on the screen.
    style: { palette: 'window', markers: true },
    options: { ...made.options, ...sidesOf(made, compared, groups) },
  };
}

const given = ({ label, source, points }: Reference) => ({
  label: label.slice(0, 300),
  source,
  points: points.map(({ x, y }) => ({ x, y })),
});

function measuresIn({ measures = [], ids = [] }: FigureMade): Pick<FigureGiven, 'measures'> {
  const known = new Set(measuresOf('epoch').map(({ id }) => id));
  const keys = [
    ...measures.flatMap(({ asked }) => (typeof asked === 'string' ? [] : [asked])),
    ...ids.filter((id) => known.has(id)).map((id) => ({ id, key: '' })),
  ].slice(0, MOST_MEASURES);
  return keys.length === 0 ? {} : { measures: keys };
}

function sidesOf({ sides }: FigureMade, { nameOf }: Compared, groupBy: readonly string[]) {
  if (sides === undefined) return {};
  const named = (id: string | undefined): string | null =>
    id === undefined ? null : id.startsWith(RUN) ? id.slice(RUN.length) : (nameOf?.(id, groupBy) ?? null);
  return { before: named(sides.before), after: named(sides.after) };
}
/** How the id of a side that is a single run begins. */
const RUN = 'run ';
/** Measures that a figure has at most. */
const MOST_MEASURES = 12;

function wordsOf({ kind, x, measures = [], words }: FigureMade): string {
  if (words !== undefined) return words;
  const what = kind === 'table' ? 'table' : (x?.title ?? '');
  return [measures[0]?.title ?? kind, what].join(' against ');
}
