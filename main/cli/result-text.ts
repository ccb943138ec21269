import type { SqlResult } from '../../common/codec/result-frames.ts';
import { table } from './table.ts';

/** Longer texts would push all columns behind them out of the terminal. */
const WIDEST = 60;

/** What a query told, as a person reads it. */
export function resultText({ columns, rows }: Pick<SqlResult, 'columns' | 'rows'>): string {
  const isNumber = columns.map((_, place) => rows.every((row) => typeof row[place] !== 'string'));
  const lines = rows.map((row) => row.map((value) => (value === null ? '–' : shortened(String(value)))));
  const count = `${rows.length.toLocaleString('en')} ${rows.length === 1 ? 'row' : 'rows'}`;
  return `${table(
    columns.map((title, place) => ({ title, number: isNumber[place]! })),
    lines,
  )}\n\n${count}`;
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > WIDEST ? `${line.slice(0, WIDEST - 1)}…` : line;
}
