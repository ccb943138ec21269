import type { Field, FieldSource } from '../../common/fields/field.ts';
import { groupNumber, groupRuns, type GroupNumber, type GroupKey } from '../../common/groups/groups.ts';
import { SEEDS_FOLDED } from '../../common/groups/keys.ts';
import type { Spread } from '../../common/statistics/spread.ts';
import { fieldText } from '../format/fields.ts';
import { armOf, studyOf } from '../format/runs.ts';
import { isNumber, type Column } from './columns.ts';
import { sorted, sortValue, type SortKey, type SortValue } from './sort.ts';

/** Runs that have something in common, as a row. */
export interface RunGroup {
  /** Short, for the address. */
  key: string;
  title: string;
  sources: readonly FieldSource[];
  finished: number;
  /** A measure of its finished runs; reckoned when it is first asked for, an interval only for what is shown. */
  number: (column: Column, spread: Spread) => GroupNumber;
}

/** @param threshold where a field is told at thresholds and its column names none */
export function groupsOf(
  sources: readonly FieldSource[],
  fields: readonly Field[],
  threshold: string,
): RunGroup[] {
  const keys: GroupKey[] = fields.map((field) => ({ field, threshold }));
  return groupRuns(sources, keys).map(({ id, values, sources: members }) => {
    const numbers = new Map<string, GroupNumber>();
    return {
      key: shortKey(id),
      title: fields.map((field, index) => partTitle(field, members, values[index]!)).join(' · '),
      sources: members,
      finished: members.filter(({ run }) => run.state === 'finished').length,
      number: ({ id: column, field, threshold: own }, spread) => {
        const name = `${column} ${spread}`;
        let number = numbers.get(name);
        if (!number)
          numbers.set(name, (number = groupNumber(members, { field, threshold: own ?? threshold }, spread)));
        return number;
      },
    };
  });
}

function partTitle(
  field: Field,
  members: readonly FieldSource[],
  values: Parameters<typeof fieldText>[1],
): string {
  if (field.id === SEEDS_FOLDED) {
    const { run } = members[0]!;
    return `${studyOf(run)} · ${armOf(run)}`;
  }
  return `${field.title} ${values.length === 0 ? 'none' : fieldText(field, values)}`;
}

/** What a group shows in a column that is no mean: the one value, or how many there are. */
export function commonText(
  { field, threshold }: Column,
  sources: readonly FieldSource[],
  shown: string,
): string {
  const texts = new Set<string>();
  for (const source of sources) texts.add(fieldText(field, field.values(source, threshold ?? shown)));
  if (texts.size === 1) return [...texts][0]!;
  if (texts.size <= 3 && field.id !== 'id') return [...texts].join(', ');
  return `${texts.size} values`;
}

/** Whether a column of groups is a mean over their finished runs. */
export function isMean(field: Field): boolean {
  return field.kind === 'measure' && isNumber(field);
}

/** Groups in the order of the keys: by means where the column is one. Those without a finished run come by themselves. */
export function sortedGroups(
  groups: readonly RunGroup[],
  keys: readonly SortKey[],
  shown: string,
): RunGroup[] {
  return sorted(groups, keys, (group, { column }): SortValue => {
    if (!isMean(column.field)) return sortValue(column, group.sources[0]!, shown);
    // The cheapest spread: only its mean is looked at.
    return group.number(column, 'sd').mean?.mean ?? null;
  });
}

/** 53 bits of a text, in letters and digits (cyrb53: Bryc, public domain). */
function shortKey(text: string): string {
  let [one, other] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    one = Math.imul(one ^ code, 2_654_435_761);
    other = Math.imul(other ^ code, 1_597_334_677);
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909);
  other = Math.imul(other ^ (other >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909);
  return (4_294_967_296 * (2_097_151 & other) + (one >>> 0)).toString(36);
}

/** A row of the table. */
export type Row =
  | { is: 'run'; key: string; source: FieldSource; group: RunGroup | null }
  | { is: 'group'; key: string; group: RunGroup; open: boolean }
  | { is: 'apart'; key: string; groups: number; runs: number; open: boolean };

/** The row that opens what is not finished. */
export const APART = 'unfinished';

/**
 * Rows of groups, each with its runs beneath where it is open; groups none of whose runs has finished are shown apart, below.
 *
 * @param groups in order @param order the runs of a group, in order
 */
export function groupRows(
  groups: readonly RunGroup[],
  open: ReadonlySet<string>,
  order: (sources: readonly FieldSource[]) => readonly FieldSource[],
): Row[] {
  const rows: Row[] = [];
  const add = (group: RunGroup): void => {
    const isOpen = open.has(group.key);
    rows.push({ is: 'group', key: group.key, group, open: isOpen });
    if (isOpen)
      for (const source of order(group.sources)) rows.push({ is: 'run', key: source.run.id, source, group });
  };
  const apart = groups.filter(({ finished }) => finished === 0);
  for (const group of groups) if (group.finished > 0) add(group);
  if (apart.length === 0) return rows;
  const isOpen = open.has(APART);
  const runs = apart.reduce((sum, { sources }) => sum + sources.length, 0);
  rows.push({ is: 'apart', key: APART, groups: apart.length, runs, open: isOpen });
  if (isOpen) for (const group of apart) add(group);
  return rows;
}
