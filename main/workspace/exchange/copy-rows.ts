import { columnsOf, type RunTable } from './run-tables.ts';
import { prepared, type Connection } from '../database.ts';

/** Numbers of one database by those of another. */
export type Numbers = ReadonlyMap<number, number>;

export interface Places {
  /** Runs, and layers of the runs that are copied. */
  runs: Numbers;
  layers: Numbers;
}

/** Which rows of a table are copied, and what becomes of those that are there. */
export interface Chosen {
  /** Rows of epochs from this one on; all unless said. */
  from?: number;
  /** Whether rows that are there already stay. */
  known?: boolean;
  /** Which rows, of all that the others mean; by the names of the table's columns. */
  only?: (row: Record<string, unknown>) => boolean;
}

/**
 * Copies the rows of a run, or of a layer, with the numbers that they have where they go. A row that speaks of a run or a layer that
 * is not there is left behind.
 *
 * @returns how many rows were copied
 */
export function copyRows(
  source: Connection,
  target: Connection,
  table: RunTable,
  owner: number,
  { runs, layers }: Places,
  { from = 0, known = false, only = () => true }: Chosen = {},
): number {
  const { name, columns, ofEpochs } = table;
  const theirs = new Set(columnsOf(source, name));
  const shared = columns.filter((column) => theirs.has(column.name));
  const names = shared.map((column) => column.name);
  const insert = prepared(
    target,
    `insert ${known ? 'or ignore ' : ''}into ${name} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
  );
  const epochs = from > 0 && ofEpochs ? ' and epoch >= :from' : '';
  const rows = source
    .prepare(
      `select ${names.join(', ')} from ${name} where ${table.owner} = :owner${epochs} ${orderOf(source, name)}`,
    )
    .iterate(epochs === '' ? { owner } : { owner, from }) as IterableIterator<Record<string, unknown>>;
  let copied = 0;
  for (const row of rows) {
    if (!only(row)) continue;
    const values = shared.map(({ name: column, refers }) => {
      const value = row[column];
      if (refers === null || value === null) return value;
      return (refers === 'runs' ? runs : layers).get(value as number);
    });
    if (values.includes(undefined)) continue;
    insert.run(values);
    copied += 1;
  }
  return copied;
}

/** By their keys: the order in which they were written, where SQLite numbers them. */
function orderOf(database: Connection, table: string): string {
  const keys = (database.pragma(`table_info(${table})`) as { name: string; pk: number }[]).filter(
    ({ pk }) => pk > 0,
  );
  return `order by ${keys
    .sort((one, other) => one.pk - other.pk)
    .map(({ name }) => name)
    .join(', ')}`;
}

interface Layer {
  id: number;
  position: number;
  name: string;
}

/** Copies a run's layers. @returns their numbers there by those here */
export function copyLayers(
  source: Connection,
  target: Connection,
  run: number,
  place: number,
): Map<number, number> {
  const columns = columnsOf(target, 'layers').filter((name) => name !== 'id' && name !== 'run');
  const insert = prepared(
    target,
    `insert into layers (run, ${columns.join(', ')}) values (?, ${columns.map(() => '?').join(', ')})`,
  );
  const rows = prepared(
    source,
    `select id, ${columns.join(', ')} from layers where run = ? order by position`,
  ).all(run) as Record<string, unknown>[];
  return new Map(
    rows.map((row) => [
      row['id'] as number,
      Number(insert.run(place, ...columns.map((name) => row[name])).lastInsertRowid),
    ]),
  );
}

/** Numbers there of the layers that a run has in both, by those here. */
export function sameLayers(
  source: Connection,
  target: Connection,
  run: number,
  place: number,
): Map<number, number> {
  const layersOf = (database: Connection, number: number): Layer[] =>
    prepared(database, 'select id, position, name from layers where run = ? order by position').all(
      number,
    ) as Layer[];
  const there = new Map(layersOf(target, place).map(({ id, name }) => [name, id]));
  return new Map(
    layersOf(source, run).flatMap(({ id, name }) =>
      there.has(name) ? [[id, there.get(name)!] as const] : [],
    ),
  );
}
