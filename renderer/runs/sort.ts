import type { FieldCatalogue } from '../../common/fields/catalogue.ts';
import type { FieldSource, FieldValue } from '../../common/fields/field.ts';
import { progressShare } from '../format/runs.ts';
import { readColumns, type Column } from './columns.ts';

export interface SortKey {
  column: Column;
  descending: boolean;
}

/** Reads '-testAccuracy,seed'; what is no field is left out. */
export function readSort(text: string, catalogue: FieldCatalogue): SortKey[] {
  return text.split(',').flatMap((part) => {
    const [column] = readColumns(part.replace(/^-/, ''), catalogue);
    return column ? [{ column, descending: part.startsWith('-') }] : [];
  });
}

export function writeSort(keys: readonly SortKey[]): string {
  return keys.map(({ column, descending }) => `${descending ? '-' : ''}${column.id}`).join(',');
}

/** What a press on a head does: numbers begin with the highest, words with the first; then the other way; then none. */
export function pressed(keys: readonly SortKey[], column: Column, adds: boolean): SortKey[] {
  const first = column.field.type === 'number' || column.field.type === 'time';
  const place = keys.findIndex((key) => key.column.id === column.id);
  const known = keys[place];
  const next: SortKey | null = !known
    ? { column, descending: first }
    : known.descending === first
      ? { column, descending: !first }
      : null;
  if (!adds) return next ? [next] : [];
  if (!known) return [...keys, next!];
  return keys.flatMap((key, index) => (index !== place ? [key] : next ? [next] : []));
}

export type SortValue = FieldValue | null;

/** What a run is sorted by in a column; null for nothing, which comes last whichever way. */
export function sortValue({ field, threshold }: Column, source: FieldSource, shown: string): SortValue {
  if (field.id === 'epochsDone') return progressShare(source.run);
  return field.values(source, threshold ?? shown)[0] ?? null;
}

const words = new Intl.Collator(undefined, { numeric: true });

function compareValues(one: SortValue, other: SortValue, descending: boolean): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  const order =
    typeof one === 'string' || typeof other === 'string'
      ? words.compare(String(one), String(other))
      : Number(one) - Number(other);
  return descending ? -order : order;
}

/** In the order of the first key, then of the next where that is equal; what is equal in all stays as it was. */
export function sorted<T>(
  items: readonly T[],
  keys: readonly SortKey[],
  valueOf: (item: T, key: SortKey) => SortValue,
): T[] {
  if (keys.length === 0) return [...items];
  const decorated = items.map((item) => ({ item, values: keys.map((key) => valueOf(item, key)) }));
  decorated.sort((one, other) => {
    for (const [index, { descending }] of keys.entries()) {
      const order = compareValues(one.values[index]!, other.values[index]!, descending);
      if (order !== 0) return order;
    }
    return 0;
  });
  return decorated.map(({ item }) => item);
}
