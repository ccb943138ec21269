import { isDeepStrictEqual } from 'node:util';
import { planeCount } from '../../../common/records.ts';
import { readSpecification } from '../../../common/run-specification.ts';
import { layersOf, PlaneChains, type StoredLayer } from '../chains.ts';
import { decompress, equalBytes } from '../compression.ts';
import { prepared, type Connection } from '../database.ts';
import { sameMeasured } from '../measured.ts';

/** How the records of a run stand to those of the same run elsewhere. */
export type Standing =
  | { kind: 'same' }
  /** The same as far as both go; the one from elsewhere has more epochs, or fewer. */
  | { kind: 'longer' | 'shorter'; here: number; there: number }
  /** `what` is a sentence: the first number that differs. */
  | { kind: 'differs'; what: string };

interface Side {
  database: Connection;
  number: number;
}

/** Told of the clock, not of the run. */
const CLOCK = [
  'training_seconds',
  'evaluation_seconds',
  'measurement_seconds',
  'waiting_seconds',
  'recorded_at',
];
/** Null where they are no number; all others are null in what an earlier version recorded, which says nothing. */
const NO_NUMBER = [
  'train_loss',
  'train_accuracy',
  'validation_loss',
  'validation_accuracy',
  'test_loss',
  'test_accuracy',
  'norm',
];

/** Compares every number and every mask of the epochs that both have, to the bit. */
export function compareRuns(here: Side, there: Side): Standing {
  const specifications = [here, there].map(({ database, number }) =>
    readSpecification(
      prepared(database, 'select specification from runs where number = ?').pluck().get(number) as string,
    ),
  );
  if (!isDeepStrictEqual(specifications[0], specifications[1]))
    return { kind: 'differs', what: 'Their settings differ.' };
  const [own, theirs] = [lastOf(here), lastOf(there)];
  const last = Math.min(own, theirs);
  const what =
    last < 0 ? null : difference(here, there, last, planeCount(specifications[0]!.thresholds.length));
  if (what !== null) return { kind: 'differs', what };
  if (own === theirs) return { kind: 'same' };
  return { kind: theirs > own ? 'longer' : 'shorter', here: own, there: theirs };
}

function lastOf({ database, number }: Side): number {
  return Number(
    prepared(database, 'select coalesce(max(epoch), -1) from epochs where run = ?').pluck().get(number),
  );
}

function difference(here: Side, there: Side, last: number, planes: number): string | null {
  const layers = [here, there].map(({ database, number }) => layersOf(database, number));
  const [own, theirs] = layers as [StoredLayer[], StoredLayer[]];
  const shapeOf = (list: StoredLayer[]): unknown =>
    list.map(({ name, weights, channels }) => [name, weights, channels]);
  if (!isDeepStrictEqual(shapeOf(own), shapeOf(theirs))) return 'Their networks have other layers.';
  const sides = (sql: string, one: number, other: number) =>
    [rowsOf(here.database, sql, one, last), rowsOf(there.database, sql, other, last)] as const;
  const ofEpoch = (epoch: unknown): string => `after epoch ${String(epoch)}`;
  const epochs = pairs(
    ...sides('select * from epochs where run = ? and epoch <= ? order by epoch', here.number, there.number),
  );
  for (const [one, other] of epochs) {
    const found = numberThatDiffers(one, other, ['run']);
    if (found !== null) return `${ofEpoch(one['epoch'])}, ${found}.`;
  }
  for (const [index, layer] of own.entries()) {
    const twin = theirs[index]!;
    const sql = 'select * from layer_epochs where layer = ? and epoch <= ? order by epoch';
    for (const [one, other] of pairs(...sides(sql, layer.id, twin.id))) {
      const found = numberThatDiffers(one, other, ['layer']);
      if (found !== null) return `${ofEpoch(one['epoch'])}, in ${layer.name}, ${found}.`;
    }
    const epoch = masksThatDiffer(here.database, there.database, layer, twin, last, planes);
    if (epoch !== null) return `${ofEpoch(epoch)}, the states of weights in ${layer.name} differ.`;
  }
  for (const [table, what] of BLOBS) {
    const sql = `select * from ${table} where run = ? and epoch <= ? order by ${table === 'predictions' ? 'epoch, moment' : 'epoch'}`;
    for (const [one, other] of pairs(...sides(sql, here.number, there.number)))
      if (!sameBlobs(one, other)) return `${ofEpoch(one['epoch'])}, ${what} differ.`;
  }
  return null;
}

const BLOBS = [
  ['channel_tables', 'the numbers of channels'],
  ['magnitudes', 'the histograms of weights'],
  ['class_epochs', 'the right answers by class'],
  ['predictions', 'the answers for test images'],
] as const;

type Row = Record<string, unknown>;

function rowsOf(database: Connection, sql: string, owner: number, last: number): IterableIterator<Row> {
  return database.prepare(sql).iterate(owner, last) as IterableIterator<Row>;
}

/** Rows of both, in step; a row that only one has, such as of an earlier version, is passed over. */
function* pairs(one: IterableIterator<Row>, other: IterableIterator<Row>): Generator<[Row, Row]> {
  const keyOf = (row: Row): string =>
    `${String(row['epoch']).padStart(12, '0')} ${String(row['moment'] ?? '')}`;
  let [left, right] = [one.next(), other.next()];
  try {
    while (left.done !== true && right.done !== true) {
      const [first, second] = [keyOf(left.value), keyOf(right.value)];
      if (first === second) yield [left.value, right.value];
      if (first <= second) left = one.next();
      if (second <= first) right = other.next();
    }
  } finally {
    // A statement that is not read to its end keeps its connection from others.
    one.return?.();
    other.return?.();
  }
}

function numberThatDiffers(one: Row, other: Row, ignored: readonly string[]): string | null {
  for (const [column, value] of Object.entries(one)) {
    const twin = other[column];
    if (CLOCK.includes(column) || ignored.includes(column) || Object.is(value, twin)) continue;
    if (!NO_NUMBER.includes(column) && (value == null || twin == null)) continue;
    if (value instanceof Uint8Array && twin instanceof Uint8Array) {
      if (sameContent(value, twin)) continue;
      return `${column.replaceAll('_', ' ')} differ`;
    }
    if (column === 'measured') {
      if (sameMeasured(value as string, twin as string)) continue;
      return 'measures differ';
    }
    return `${column.replaceAll('_', ' ')} is ${text(value)} here and ${text(twin)} there`;
  }
  return null;
}

function text(value: unknown): string {
  if (value === null || value === undefined) return 'unknown';
  const told = String(value);
  return told.length > 60 ? `${told.slice(0, 57)}…` : told;
}

/** Of compressed blobs, which another version may have compressed otherwise. */
function sameContent(one: Uint8Array, other: Uint8Array): boolean {
  return equalBytes(one, other) || equalBytes(decompress(one), decompress(other));
}

function sameBlobs(one: Row, other: Row): boolean {
  return Object.entries(one).every(([column, value]) => {
    const twin = other[column];
    if (!(value instanceof Uint8Array)) return true;
    return twin instanceof Uint8Array && sameContent(value, twin);
  });
}

/**
 * The first epoch whose planes differ, or null. As long as the stored bytes are equal nothing is decoded: from the first that are
 * not, which other versions may have encoded otherwise, all are.
 */
function masksThatDiffer(
  here: Connection,
  there: Connection,
  layer: StoredLayer,
  twin: StoredLayer,
  last: number,
  count: number,
): number | null {
  const sql =
    'select epoch, coalesce(base, iif(key_epoch = epoch, epoch, epoch - 1)) as base, bytes from planes where layer = ? and epoch <= ? order by epoch';
  let other: number | null = null;
  for (const [one, two] of pairs(rowsOf(here, sql, layer.id, last), rowsOf(there, sql, twin.id, last)))
    if (one['base'] !== two['base'] || !equalBytes(one['bytes'] as Uint8Array, two['bytes'] as Uint8Array)) {
      other = one['epoch'] as number;
      break;
    }
  if (other === null) return null;
  const [own, theirs] = [new PlaneChains(here), new PlaneChains(there)];
  for (let epoch = other; epoch <= last; epoch++)
    if (!equalBytes(own.seek(layer, epoch, count), theirs.seek(twin, epoch, count))) return epoch;
  return null;
}
