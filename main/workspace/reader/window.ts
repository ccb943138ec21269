import type { EpochWindow } from '../../../common/contract/schemas.ts';
import type { RowsHeader } from '../../../common/codec/frames.ts';
import { prepared, type Connection } from '../database.ts';
import { spanFor, type EpochRange } from './levels.ts';
import type { StoredRun } from './stored-run.ts';

/** Numbers of one answer, about: eight megabytes of them. */
const MOST_NUMBERS = 1_000_000;
/** Epochs that are told whole in one answer, however little each is: reading them takes half a second at most. */
const MOST_EPOCHS = 5_000;

/** Numbers of an epoch without its layers, and of each of those. */
const OF_EPOCH = 100;
const OF_LAYER = 20;

/** Epochs of which one answer has room, where each has so many numbers. */
export function roomFor(numbers: number): number {
  return Math.max(1, Math.min(MOST_EPOCHS, Math.floor(MOST_NUMBERS / numbers)));
}

/** The same where they are told with all of their layers. */
export function roomForLayers(layers: number): number {
  return roomFor(OF_EPOCH + OF_LAYER * layers);
}

/**
 * Which epochs of a window an answer tells, how many are stored, and how many of them are told together.
 *
 * @param room epochs that are told whole: with `most` more of them are told in spans, without it the first ones
 */
export function detailOf(
  database: Connection,
  run: StoredRun,
  { from = 0, to = Number.MAX_SAFE_INTEGER, most }: EpochWindow,
  room: number,
): EpochRange & RowsHeader {
  // Epochs follow one another from 0 on, so that the last one tells how many there are.
  const last = prepared(database, 'select max(epoch) from epochs where run = ?').pluck().get(run.number);
  const stored = last === null ? 0 : Number(last) + 1;
  const end = Math.min(to, stored - 1);
  const asked = Math.max(0, end - from + 1);
  if (most !== undefined) {
    const span = Math.max(asked > room ? 2 : 1, spanFor(asked, most));
    return { from, to: end, stored, span, next: null };
  }
  const next = asked > room ? from + room : null;
  return { from, to: next === null ? end : next - 1, stored, span: 1, next };
}
