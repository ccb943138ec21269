/** A table for other programs: a header, and rows of its columns. */
export interface Table {
  columns: string[];
  rows: (string | number | null)[][];
}

/**
 * A table as comma-separated values (RFC 4180 with line feeds): one header line, no comments. Numbers in full, with a
 * point; what is not known is empty.
 */
export function encodeCsv({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}

function cell(value: string | number | null): string {
  if (value === null || Number.isNaN(value)) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf';
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
