import type { Reference } from '../../common/figures/data.ts';
import type { FigureGiven } from '../../common/figures/specification.ts';
import { SEEDS_FOLDED } from '../../common/groups/keys.ts';
import type { Field } from '../../common/fields/field.ts';
import type { AxisQuantity } from './quantities.ts';

/** What a pane draws, as a figure for a paper has it. */
export interface FigureMade {
  kind: 'curves' | 'trade-off' | 'table';
  x?: AxisQuantity;
  measures: readonly AxisQuantity[];
  /** Options of the kind of figure. */
  options?: Readonly<Record<string, unknown>>;
  /** Groups that have this in common are one group of points, joined by a line. */
  joined?: string | null;
  /** Curves of others that are drawn beside. Labels are in the language of labels. */
  references?: readonly Reference[];
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
    name: freeName(made, taken),
    kind: made.kind,
    query: compared.query,
    groupBy: joined === null ? groups : [joined],
    ...(joined === null ? {} : { pointBy: groups }),
    ...(made.x === undefined ? {} : { x: made.x.asked }),
    measures: made.measures.flatMap(({ asked }) => (typeof asked === 'string' ? [] : [asked])),
    threshold: compared.threshold,
    spread: compared.spread,
    ...(references.length === 0 ? {} : { references: references.slice(0, MOST_REFERENCES).map(given) }),
    // As it is on the screen.
    style: { palette: 'window', markers: true },
    options: { ...made.options },
  };
}

const given = ({ label, source, points }: Reference) => ({
  label: label.slice(0, 300),
  source,
  points: points.map(({ x, y }) => ({ x, y })),
});

function freeName({ kind, x, measures }: FigureMade, taken: readonly string[]): string {
  const words = [measures[0]?.title ?? kind, kind === 'table' ? 'table' : (x?.title ?? '')].join(' against ');
  const plain = words
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 70);
  for (let number = 1; ; number++) {
    const name = number === 1 ? plain : `${plain}-${number}`;
    if (!taken.includes(name)) return name;
  }
}
