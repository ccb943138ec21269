/** A column's heading and whether its values are numbers, which stand to the right. */
export interface Column {
  title: string;
  number?: boolean;
}

/** Plain text columns, two spaces apart. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ number }, i) =>
        number === true ? (cells[i] ?? '').padStart(widths[i] ?? 0) : (cells[i] ?? '').padEnd(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...rows.map(line)].join('\n');
}

/** A share as per cent; '–' where there is none. */
export function percent(share: number | null | undefined, digits = 1): string {
  if (share === null || share === undefined) return '–';
  // Adding 0 turns a rounded -0 into 0.
  return `${(Number((share * 100).toFixed(digits)) + 0).toFixed(digits)}%`;
}

/** A difference of shares in percentage points, with its sign; '–' where there is none. */
export function points(difference: number | null | undefined, digits = 1): string {
  if (difference === null || difference === undefined) return '–';
  const value = Number((difference * 100).toFixed(digits));
  return `${value === 0 ? '±' : value > 0 ? '+' : '−'}${Math.abs(value).toFixed(digits)} pp`;
}

export function seconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  const whole = Math.round(value);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

/** Four significant digits; '–' where there is none. */
export function decimal(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : String(Number(value.toPrecision(4)));
}

/** Bytes as '34 kB', '1.2 GB': powers of ten, two digits. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${Number((value / 1000 ** step).toPrecision(2))} ${units[step]!}`;
}
