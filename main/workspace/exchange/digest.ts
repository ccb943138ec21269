import { createHash } from 'node:crypto';
import type { Connection } from '../database.ts';
import { columnsOf, tablesOf } from './run-tables.ts';

/**
 * SHA-256 of all rows of a run file but those of the table `run_file`, which keeps it: tables and columns by name, rows by their
 * primary keys. SQLite has no checksum of its own, and a bit that flips in a number leaves its structure whole. Each table begins
 * with its name and those of its columns, each value with a letter for its type: N; F and eight bytes of a double, the greatest
 * first; T or B, the number of bytes as a double, and the bytes.
 *
 * @param told called after every row
 */
export function digestOf(database: Connection, told: () => void = () => undefined): string {
  const hash = createHash('sha256');
  const number = Buffer.alloc(9);
  const put = (letter: string, value: number): void => {
    number.write(letter, 0, 'latin1');
    number.writeDoubleBE(value, 1);
    hash.update(number);
  };
  const bytes = (letter: string, value: Buffer): void => {
    put(letter, value.length);
    hash.update(value);
  };
  for (const table of tablesOf(database)) {
    if (table === 'run_file') continue;
    const columns = columnsOf(database, table).sort();
    for (const name of [table, ...columns]) bytes('T', Buffer.from(name));
    const rows = database.prepare(
      `select ${columns.join(', ')} from ${table} order by ${keysOf(database, table).join(', ')}`,
    );
    for (const row of rows.raw().iterate() as IterableIterator<unknown[]>) {
      for (const value of row)
        if (value === null) hash.update('N');
        else if (typeof value === 'number') put('F', value);
        else if (typeof value === 'string') bytes('T', Buffer.from(value));
        else bytes('B', value as Buffer);
      told();
    }
  }
  return hash.digest('hex');
}

function keysOf(database: Connection, table: string): string[] {
  const columns = database.pragma(`table_info(${table})`) as { name: string; pk: number }[];
  return columns
    .filter(({ pk }) => pk > 0)
    .sort((one, other) => one.pk - other.pk)
    .map(({ name }) => name);
}
