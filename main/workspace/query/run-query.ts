import type { Statement } from 'better-sqlite3';
import Database from 'better-sqlite3';
import type { SqlResult } from '../../../common/codec/result-frames.ts';
import { CascadeError } from '../../../common/errors.ts';
import type { SqlValue } from '../../../common/sql/schema.ts';
import type { Connection } from '../database.ts';
import { explainError } from './explain-error.ts';
import { addFunctions } from './functions.ts';
import { refuseOtherThanReading, SqlError } from './refusal.ts';
import { createView, VIEWS } from './views/registry.ts';

/** Characters of all cells of an answer, about. */
const MOST_CHARACTERS = 32_000_000;
/** Of one cell; a longer text is told by its beginning. */
const LONGEST_CELL = 100_000;

/** A connection that can only read the one file, with the views. */
export function openForQueries(file: string): Connection {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  database.pragma('busy_timeout = 5000');
  // What a sort or a grouping sets aside stays in the memory that is watched, and out of the disk.
  database.pragma('temp_store = memory');
  database.pragma('trusted_schema = off');
  database.pragma('cell_size_check = on');
  addFunctions(database);
  for (const view of VIEWS) database.exec(createView(view));
  database.pragma('query_only = on');
  return database;
}

/**
 * Carries out one query that reads.
 *
 * @param limit rows that are answered at most
 * @throws SqlError with the place of what is wrong
 */
export function runQuery(database: Connection, sql: string, limit: number): SqlResult {
  refuseOtherThanReading(sql);
  const begun = performance.now();
  try {
    const statement = database.prepare(sql);
    if (!statement.reader || !statement.readonly)
      throw new SqlError('A query only reads: this one is not carried out.', null, sql);
    const names = statement.columns().map(({ name }) => name);
    const { rows, cut } = rowsOf(statement, limit);
    return { columns: names, rows, cut, took: performance.now() - begun };
  } catch (error) {
    if (error instanceof CascadeError) throw error;
    throw explainError(database, sql, error);
  }
}

function rowsOf(statement: Statement, limit: number): Pick<SqlResult, 'rows' | 'cut'> {
  const rows: SqlValue[][] = [];
  let characters = 0;
  for (const row of statement.raw().iterate() as Iterable<unknown[]>) {
    if (rows.length === limit)
      return {
        rows,
        cut: `Only the first ${limit.toLocaleString('en')} rows are told: ask for more, or for fewer of them by a condition.`,
      };
    const told = row.map(cell);
    characters += told.reduce<number>(
      (sum, value) => sum + (typeof value === 'string' ? value.length + 2 : 8),
      0,
    );
    if (characters > MOST_CHARACTERS)
      return {
        rows,
        cut: `Only the first ${rows.length.toLocaleString('en')} rows are told: an answer has room for 32 million characters.`,
      };
    rows.push(told);
  }
  return { rows, cut: null };
}

function cell(value: unknown): SqlValue {
  if (typeof value === 'string')
    return value.length > LONGEST_CELL
      ? `${value.slice(0, LONGEST_CELL)}… (${value.length} characters)`
      : value;
  // JSON has no infinity.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return value instanceof Uint8Array ? `(${value.length} bytes)` : null;
}
