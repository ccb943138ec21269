import type { SqlResult } from '../../common/codec/result-frames.ts';
import type { SqlValue } from '../../common/sql/schema.ts';
import { MISSING } from '../format/numbers.ts';

/** Rows that the widths of columns follow from. */
const LOOKED_AT = 200;
const WIDEST = 48;

/** A column of a result: whether it holds numbers alone, and how wide its cells are, in characters. */
export interface ResultColumn {
  name: string;
  isNumber: boolean;
  width: number;
}

export function resultColumns({ columns, rows }: Pick<SqlResult, 'columns' | 'rows'>): ResultColumn[] {
  const first = rows.slice(0, LOOKED_AT);
  return columns.map((name, place) => ({
    name,
    isNumber: rows.some((row) => row[place] !== null) && rows.every((row) => typeof row[place] !== 'string'),
    width: Math.min(
      WIDEST,
      first.reduce((most, row) => Math.max(most, cellText(row[place] ?? null).length), name.length),
    ),
  }));
}

/** A number with as many digits as it has up to ten: the copied and written ones have all. */
export function cellText(value: SqlValue): string {
  if (value === null) return MISSING;
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(10)));
  return value;
}
