import type { RunSummary } from '../../common/contract/schemas.ts';
import type { Field } from '../../common/fields/field.ts';
import type { FigureGiven } from '../../common/figures/specification.ts';
import { SEEDS_FOLDED } from '../../common/groups/keys.ts';
import { measuresOf } from '../../common/measures/registry.ts';
import type { Column } from './columns.ts';

interface Shown {
  filter: string;
  groupFields: readonly Field[];
  columns: readonly Column[];
  threshold: string;
  spread: FigureGiven['spread'];
  runs: readonly RunSummary[];
}

/** Measures that a figure has at most. */
const MOST = 12;

/** The table of what the list of runs shows: its runs, its groups, and those of its columns that are measures. Null where none is. */
export function tableFigure(shown: Shown): Omit<FigureGiven, 'name'> | null {
  const { filter, groupFields, columns, threshold, spread, runs } = shown;
  const known = new Set<string>(measuresOf('epoch').map(({ id }) => id));
  const measures = columns
    .filter(({ field }) => known.has(field.id))
    .map((column) => ({ id: column.field.id, key: column.threshold ?? '' }))
    .slice(0, MOST);
  if (measures.length === 0 || runs.length === 0) return null;
  return { kind: 'table', query: filter, groupBy: keysOf(groupFields, runs), measures, threshold, spread };
}

/** Runs that are in no groups are told by study, where there are several, arm and seed. */
function keysOf(groups: readonly Field[], runs: readonly RunSummary[]): string[] {
  const studies = new Set(runs.flatMap(({ memberships }) => memberships.map(({ study }) => study)));
  const arm = studies.size > 1 ? ['study', 'arm'] : ['arm'];
  if (groups.length === 0) return [...arm, 'seed'];
  return groups.flatMap(({ id }) => (id === SEEDS_FOLDED ? arm : [id]));
}
