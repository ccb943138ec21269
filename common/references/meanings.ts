import { CURVE_AXES } from '../curve-axes.ts';
import { CascadeError } from '../errors.ts';
import { askedNumber } from '../measures/asked.ts';
import { measureColumns } from '../measures/columns.ts';
import { measuresOf } from '../measures/registry.ts';
import { thresholdKey } from '../thresholds.ts';
import type { CsvText } from '../tables/read-csv.ts';

/**
 * What a column of reference curves tells. A quantity is named as axes name it: `testAccuracy`, `compression(masked)`,
 * `shed(1e-4)`, `epoch`; or it is one of those that follow from one: `kept` is 1 − `pruned`, `error` is 1 − `testAccuracy`.
 */
export type Meaning =
  | { as: 'quantity'; quantity: string }
  /** The spread of a quantity, on both sides of it. */
  | { as: 'spread'; of: string }
  /** Runs that the row is a mean of. */
  | { as: 'count' }
  /** Rows that have it in common are one curve. */
  | { as: 'curve' }
  | { as: 'nothing' };

/** What else a column may give than what is drawn. */
export const TURNED: Readonly<Record<string, string>> = { kept: 'pruned', error: 'testAccuracy' };

/** Names of columns that people use, in lower case, without signs. */
const USUAL: Readonly<Record<string, string>> = {
  accuracy: 'testAccuracy',
  acc: 'testAccuracy',
  test_acc: 'testAccuracy',
  testaccuracy: 'testAccuracy',
  top1: 'testAccuracy',
  top_1: 'testAccuracy',
  top1_accuracy: 'testAccuracy',
  top5: 'testTopFive',
  top_5: 'testTopFive',
  error: 'error',
  test_error: 'error',
  loss: 'testLoss',
  density: 'kept',
  kept: 'kept',
  remaining: 'kept',
  sparsity: 'pruned',
  pruned: 'pruned',
  compression: 'compression(masked)',
  compression_ratio: 'compression(masked)',
  speedup: 'speedUp(masked)',
  speed_up: 'speedUp(masked)',
  theoretical_speedup: 'speedUp(masked)',
  macs: 'macs(masked)',
  parameters: 'parameters(masked)',
  params: 'parameters(masked)',
  epoch: 'epoch',
  epochs: 'epoch',
  step: 'step',
  steps: 'step',
  seconds: 'seconds',
};
const COUNTS = new Set(['n', 'count', 'seeds', 'runs', 'repeats']);

/** Numbers that differ in so many ways are hardly names of curves. */
const MOST_NAMES = 40;

/** What the columns of a file tell, as far as their names and contents say: a person may know better. */
export function guessMeanings({ header, rows, delimiter }: CsvText): Meaning[] {
  const quantities = header.map(quantityNamed);
  // A mean of nothing that is named is that of the headline.
  if (!quantities.includes('testAccuracy') && !quantities.includes('error')) {
    const mean = header.findIndex((name) => plain(name) === 'mean');
    if (mean >= 0) quantities[mean] = 'testAccuracy';
  }
  const accuracy = quantities.find((each) => each === 'testAccuracy' || each === 'error');
  return header.map((name, column): Meaning => {
    const quantity = quantities[column] ?? null;
    if (quantity !== null) return { as: 'quantity', quantity };
    const word = plain(name);
    const [, of, spread] = /^(.*?)_?(std|sd|stdev|stddev|se|sem|stderr)$/.exec(word) ?? [];
    const meant = of ? quantities[header.findIndex((each) => plain(each) === of)] : accuracy;
    if (spread !== undefined && meant) return { as: 'spread', of: meant };
    if (COUNTS.has(word)) return { as: 'count' };
    const values = new Set(rows.map(({ cells }) => cells[column]!));
    const numbers = [...values].every((value) => value === '' || !Number.isNaN(numberOf(value, delimiter)));
    const tells = !numbers || (values.size <= MOST_NAMES && 2 * values.size <= rows.length);
    return tells ? { as: 'curve' } : { as: 'nothing' };
  });
}

/** Whether the numbers of a column are hundredths, where they are shares: its name says so, or one is above 1. */
export function guessPercent({ header, rows, delimiter }: CsvText, column: number): boolean {
  if (/%|percent|\bpct\b|_pct$/i.test(header[column]!)) return true;
  return rows.some(({ cells }) => {
    const cell = cells[column]!;
    return cell.endsWith('%') || Math.abs(numberOf(cell, delimiter)) > 1;
  });
}

/** A number as files have it, without a sign of hundredths; NaN of what is none. */
export function numberOf(cell: string, delimiter: CsvText['delimiter']): number {
  const bare = cell.replace(/\s*%$/, '');
  const text = delimiter === ';' && /^[+-]?\d*,\d+(e[+-]?\d+)?$/i.test(bare) ? bare.replace(',', '.') : bare;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

/** The quantity that a column's name says; null where it says none. */
function quantityNamed(name: string): string | null {
  const asked = quantityOf(name.trim());
  if (asked !== null) return asked;
  const word = plain(name);
  const usual = USUAL[word];
  if (usual !== undefined) return usual;
  // As tables of runs have it: `mask_sparsity`, `compression_masked`, `shed_of_kept_1e-4`.
  const column = measureColumns('epoch', []).find((each) => each.name === name.trim().toLowerCase());
  if (column) return column.key === '' ? column.measure.id : `${column.measure.id}(${column.key})`;
  for (const measure of measuresOf('epoch')) {
    if (measure.each !== 'threshold' || !name.startsWith(`${measure.column}_`)) continue;
    const key = thresholdKey(name.slice(measure.column.length + 1));
    if (key !== null) return `${measure.id}(${key})`;
  }
  return null;
}

/** A quantity by its own name, with its key as it is written everywhere; null of what is none. */
export function quantityOf(name: string): string | null {
  if ((CURVE_AXES as readonly string[]).includes(name) || TURNED[name] !== undefined) return name;
  const [, id = '', key = ''] = /^([A-Za-z]+)(?:\((.+)\))?$/.exec(name) ?? [];
  try {
    const { measure, threshold } = askedNumber({ id, key });
    if (measure.each !== 'threshold') return name;
    const written = thresholdKey(threshold ?? '');
    return written === null ? null : `${id}(${written})`;
  } catch (error) {
    if (error instanceof CascadeError) return null;
    throw error;
  }
}

/** Whether the numbers of a quantity are shares of 1, which files often give in hundredths. */
export function isShare(quantity: string): boolean {
  const name = TURNED[quantity] ?? quantity;
  if ((CURVE_AXES as readonly string[]).includes(name)) return false;
  const { unit } = askedOf(name).measure;
  return unit === 'share' || unit === 'points';
}

/** The numbers that a quantity can be, in its own unit. */
export function rangeOf(quantity: string): { low: number; high: number; words: string } {
  const name = TURNED[quantity] ?? quantity;
  if ((CURVE_AXES as readonly string[]).includes(name))
    return { low: 0, high: Infinity, words: 'is not below 0' };
  switch (askedOf(name).measure.unit) {
    case 'share':
      return { low: 0, high: 1, words: 'is a share, from 0 to 1, or to 100 where they are hundredths' };
    case 'points':
      return { low: -1, high: 1, words: 'is a difference of shares, from −1 to 1, or to 100 in hundredths' };
    case 'factor':
      return { low: Number.MIN_VALUE, high: Infinity, words: 'is a factor, above 0' };
    default:
      return { low: 0, high: Infinity, words: 'is not below 0' };
  }
}

function askedOf(name: string) {
  const [, id = '', key = ''] = /^([A-Za-z]+)(?:\((.+)\))?$/.exec(name) ?? [];
  return askedNumber({ id, key });
}

/** A name in lower case, without its unit. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/[([{]?\s*(%|percent|pct)\s*[)\]}]?/g, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}
