import type { Statement } from 'better-sqlite3';
import type { Column } from './levels.ts';

/**
 * Columns of very many rows, without an object for any: rows are read one after another, and their numbers put into typed
 * arrays. Of a hundred thousand rows that takes a third of the time.
 */
export interface Columns<K extends string, L extends string> {
  rows: number;
  /** NaN for what is null. */
  numbers: Readonly<Record<K, Column>>;
  /** Of what is stored as JSON: a column for each of the wanted places. */
  texts: Readonly<Record<L, readonly Column[]>>;
}

/** What a statement selects: numbers, then lists or objects of numbers as JSON, in this order. */
export interface Selected<K extends string, L extends string> {
  numbers: readonly K[];
  /** Indices or keys of the wanted numbers of each. Those that a text lacks are NaN. */
  texts: Readonly<Record<L, readonly (number | string)[]>>;
}

/** @param most rows that there are at most */
export function readColumns<K extends string, L extends string>(
  statement: Statement,
  parameters: readonly unknown[],
  { numbers, texts }: Selected<K, L>,
  most: number,
): Columns<K, L> {
  const columns = numbers.map(() => new Float64Array(most));
  const parts = Object.entries<readonly (number | string)[]>(texts).map(([name, places]) => ({
    name,
    places,
    columns: places.map(() => new Float64Array(most)),
  }));
  let rows = 0;
  for (const row of statement.raw().iterate(...parameters) as Iterable<(number | string | null)[]>) {
    for (let index = 0; index < numbers.length; index++)
      columns[index]![rows] = (row[index] as number | null) ?? Number.NaN;
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index]!;
      const values = JSON.parse((row[numbers.length + index] as string | null) ?? '{}') as Record<
        number | string,
        number | null
      >;
      for (let place = 0; place < part.places.length; place++)
        part.columns[place]![rows] = values[part.places[place]!] ?? Number.NaN;
    }
    rows++;
  }
  const filled = (column: Column): Column => column.subarray(0, rows);
  return {
    rows,
    numbers: Object.fromEntries(numbers.map((name, index) => [name, filled(columns[index]!)])) as Record<
      K,
      Column
    >,
    texts: Object.fromEntries(parts.map((part) => [part.name, part.columns.map(filled)])) as Record<
      L,
      Column[]
    >,
  };
}
