import * as z from 'zod';
import { CascadeError } from '../errors.ts';
import type { Reference } from '../figures/data.ts';
import { readCsv, type CsvText } from '../tables/read-csv.ts';
import { guessMeanings, guessPercent, isShare, numberOf, quantityOf, rangeOf, TURNED } from './meanings.ts';

/** Letters of a file: a document of the workspace holds them. */
export const MOST_TEXT = 1_000_000;

const quantity = z
  .string()
  .max(200)
  .refine((name) => quantityOf(name) !== null, 'There is no such quantity.');

const meaning = z.discriminatedUnion('as', [
  z.strictObject({ as: z.literal('quantity'), quantity }),
  z.strictObject({ as: z.literal('spread'), of: quantity }),
  z.strictObject({ as: z.literal('count') }),
  z.strictObject({ as: z.literal('curve') }),
  z.strictObject({ as: z.literal('nothing') }),
]);

/** Curves that others have published: their file as it was, and what its columns tell. It is kept in the workspace under a name. */
export const referenceDocument = z.strictObject({
  /** Where the numbers are from: named wherever they are drawn. */
  source: z.string().trim().min(1).max(300),
  file: z.string().max(300),
  text: z.string().max(MOST_TEXT),
  /** One for each column of the file, in its order. `percent`: its shares are given in hundredths. */
  columns: z
    .array(z.strictObject({ meaning, percent: z.boolean().default(false) }))
    .min(1)
    .max(1_000),
});
export type ReferenceDocument = z.output<typeof referenceDocument>;
export type ReferenceColumn = ReferenceDocument['columns'][number];

/** What the columns of a file tell, as far as it can be guessed. */
export function guessColumns(csv: CsvText): ReferenceColumn[] {
  return guessMeanings(csv).map((found, column) => {
    const name = found.as === 'quantity' ? found.quantity : found.as === 'spread' ? found.of : null;
    return { meaning: found, percent: name !== null && isShare(name) && guessPercent(csv, column) };
  });
}

/** A column by which curves are told apart, with all that is in it, in the order of the file. */
export interface ReferenceKey {
  name: string;
  values: string[];
}

/** The numbers of a file. Shares are of 1. */
export interface References {
  source: string;
  keys: ReferenceKey[];
  /** Names of the quantities that can be drawn, those that follow from others too. */
  quantities: string[];
  rows: number;
  /** [keys][rows] */
  readonly names: readonly (readonly string[])[];
  /** By quantity: [rows]; NaN where there is none. */
  readonly values: ReadonlyMap<string, Float64Array>;
  readonly spreads: ReadonlyMap<string, Float64Array>;
  /** [rows] Runs of each mean; null where the file does not tell. */
  readonly counts: Float64Array | null;
}

/** @throws CascadeError INVALID with the line and column of what is wrong */
export function readReferences({
  source,
  text,
  columns,
}: Pick<ReferenceDocument, 'source' | 'text' | 'columns'>): References {
  const csv = readCsv(text);
  if (csv.header.length !== columns.length)
    throw invalid(`The file has ${csv.header.length} columns, but the meaning of ${columns.length} is told.`);
  const values = new Map<string, Float64Array>();
  const spreads = new Map<string, Float64Array>();
  const keys: ReferenceKey[] = [];
  const names: string[][] = [];
  let counts: Float64Array | null = null;
  columns.forEach(({ meaning: { as, ...told }, percent }, column) => {
    const header = csv.header[column]!;
    if ('quantity' in told) {
      const name = quantityOf(told.quantity)!;
      if (values.has(TURNED[name] ?? name))
        throw invalid(`Column ${column + 1} (${header}) tells what another column tells already.`);
      const found = numbersOf(csv, column, name, percent && isShare(name), 'value');
      values.set(TURNED[name] ?? name, name in TURNED ? found.map((value) => 1 - value) : found);
    } else if ('of' in told) {
      const name = quantityOf(told.of)!;
      spreads.set(TURNED[name] ?? name, numbersOf(csv, column, name, percent && isShare(name), 'spread'));
    } else if (as === 'count') counts = numbersOf(csv, column, null, false, 'spread');
    else if (as === 'curve') {
      const cells = csv.rows.map(({ cells }) => cells[column]!);
      keys.push({ name: header, values: [...new Set(cells)] });
      names.push(cells);
    }
  });
  if (values.size < 2)
    throw invalid(
      'Two quantities make a curve, such as a column of compression and one of accuracy: say what two columns tell.',
    );
  // Of the share that is pruned and the compression either follows from the other, as the measures define them.
  const [pruned, compression] = [values.get('pruned'), values.get('compression(masked)')];
  if (pruned && !compression)
    values.set(
      'compression(masked)',
      pruned.map((share) => (share < 1 ? 1 / (1 - share) : Number.NaN)),
    );
  if (compression && !pruned)
    values.set(
      'pruned',
      compression.map((factor) => 1 - 1 / factor),
    );
  const rows = csv.rows.length;
  return { source, keys, quantities: [...values.keys()], rows, names, values, spreads, counts };
}

const ABSENT = /^(|-|–|nan|na|n\/a|null|none)$/i;

function numbersOf(
  csv: CsvText,
  column: number,
  name: string | null,
  percent: boolean,
  what: 'value' | 'spread',
): Float64Array {
  const range = name === null || what === 'spread' ? null : rangeOf(name);
  return Float64Array.from(csv.rows, ({ line, cells }) => {
    const cell = cells[column]!;
    if (ABSENT.test(cell)) return Number.NaN;
    const at = `Line ${line}, column ${column + 1} (${csv.header[column]!})`;
    const number = numberOf(cell, csv.delimiter);
    if (Number.isNaN(number) || !Number.isFinite(number))
      throw invalid(`${at}: ‘${short(cell)}’ is no number.`);
    const value = percent ? number / 100 : number;
    if (range !== null && !(value >= range.low && value <= range.high))
      throw invalid(`${at}: ${short(cell)} is out of range: such a number ${range.words}.`);
    if (range === null && value < 0) throw invalid(`${at}: ${short(cell)} is below 0.`);
    return value;
  });
}

const short = (cell: string): string => (cell.length > 30 ? `${cell.slice(0, 29)}…` : cell);

/** Which curves of a file are meant: by the name of a key, the value that they have there. Any, where a key is not named. */
export type ReferenceChoice = Readonly<Record<string, string>>;

export interface ReferenceCurve extends Reference {
  points: { x: number; y: number; low?: number; high?: number; n?: number }[];
}

/**
 * The curves of two quantities, their points in the order of x. A curve is called by what tells it from the other curves that are
 * meant.
 *
 * @param name of the document: what a curve is called that is the only one
 * @returns `left`: rows that are meant, but lack one of the two numbers
 */
export function referenceCurves(
  references: References,
  name: string,
  choice: ReferenceChoice,
  x: string,
  y: string,
): { curves: ReferenceCurve[]; left: number } {
  const [across, up] = [references.values.get(x), references.values.get(y)];
  const meant = Array.from({ length: references.rows }, (_, row) => row).filter((row) =>
    references.keys.every(({ name: key }, place) =>
      choice[key] === undefined ? true : references.names[place]![row] === choice[key],
    ),
  );
  if (across === undefined || up === undefined) return { curves: [], left: meant.length };
  const differing = references.names.filter((cells) => new Set(meant.map((row) => cells[row])).size > 1);
  const [spread, counts] = [references.spreads.get(y), references.counts];
  const curves = new Map<string, ReferenceCurve>();
  let left = 0;
  for (const row of meant) {
    const point: ReferenceCurve['points'][number] = { x: across[row]!, y: up[row]! };
    if (Number.isNaN(point.x) || Number.isNaN(point.y)) {
      left += 1;
      continue;
    }
    const sd = spread?.[row];
    if (sd !== undefined && !Number.isNaN(sd))
      Object.assign(point, { low: point.y - sd, high: point.y + sd });
    const n = counts?.[row];
    if (n !== undefined && !Number.isNaN(n)) point.n = n;
    const values = differing.map((cells) => cells[row]!);
    const id = JSON.stringify(values);
    const curve = curves.get(id);
    if (curve) curve.points.push(point);
    else
      curves.set(id, {
        label: values.length === 0 ? name : values.map((value) => (value === '' ? '–' : value)).join(', '),
        source: references.source,
        points: [point],
      });
  }
  for (const { points } of curves.values()) points.sort((one, other) => one.x - other.x);
  return { curves: [...curves.values()], left };
}

function invalid(sentence: string): CascadeError {
  return new CascadeError('INVALID', sentence);
}
