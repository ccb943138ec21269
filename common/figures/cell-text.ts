import { drawn, type CellEstimate, type Cells, type Facts, type Quantity } from './data.ts';

/** A number of a table as text, in the language of labels: mean and spread with as many decimals as the spread bears. */
export function cellText(cell: CellEstimate | null, decimals: number, facts: Facts): string {
  if (cell === null) return '–';
  const text = (value: number): string => value.toFixed(decimals).replace('-', '−');
  const { mean, low, high, n } = cell;
  if (n < 2 || facts.spread === 'none') return text(mean);
  if (facts.spread === 'bootstrap') return `${text(mean)} [${text(low)}, ${text(high)}]`;
  return `${text(mean)} $\\pm$ ${text((high - low) / 2)}`;
}

/** The cells of a column in the numbers that are drawn. */
export function drawnColumn({ quantities, rows }: Cells, column: number): (CellEstimate | null)[] {
  const quantity = quantities[column] as Quantity;
  return rows.map(({ cells }) => {
    const cell = cells[column] ?? null;
    if (cell === null) return null;
    const { mean, low, high } = cell;
    return {
      ...cell,
      mean: drawn(quantity, mean),
      low: drawn(quantity, low),
      high: drawn(quantity, high),
    };
  });
}

/** Decimals of a column: so that the smallest spread has a digit, or two where the first is a 1 or a 2. */
export function decimalsOf(column: readonly (CellEstimate | null)[]): number {
  const spreads = column.flatMap((cell) =>
    cell === null || cell.high <= cell.low ? [] : [(cell.high - cell.low) / 2],
  );
  if (spreads.length > 0) {
    const least = Math.min(...spreads);
    const place = Math.floor(Math.log10(least));
    const first = Math.floor(least / 10 ** place);
    return Math.min(6, Math.max(0, -place + (first < 3 ? 1 : 0)));
  }
  const most = Math.max(0, ...column.map((cell) => Math.abs(cell?.mean ?? 0)));
  return most === 0 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(most))));
}
