import { encodePredictions } from '../../../common/codec/predictions.ts';
import type { ClassEpoch, RunDetail } from '../../../common/contract/schemas.ts';
import type { Moment } from '../../../common/records.ts';
import { decompress, decompressFloats } from '../compression.ts';
import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import type { EpochRange } from './levels.ts';
import { networkOf } from './network.ts';
import type { StoredRun } from './stored-run.ts';
import { roomFor } from './window.ts';

/** Right answers on the test split by class, for those of the epochs that have them. */
export function classesOf(database: Connection, run: StoredRun, { from, to }: EpochRange): ClassEpoch[] {
  const rows = prepared(
    database,
    'select epoch, examples, correct from class_epochs where run = ? and epoch between ? and ? order by epoch',
  ).all(run.number, from, to) as { epoch: number; examples: Uint8Array; correct: Uint8Array }[];
  return rows.map(({ epoch, examples, correct }) => ({
    epoch,
    examples: [...integersOf(examples)],
    correct: [...integersOf(correct)],
  }));
}

/** Epochs whose classes one answer has room for. */
export function classRoom(database: Connection, run: StoredRun): number {
  return roomFor(2 * (networkOf(database, run)?.classes ?? 1));
}

/** Epochs and moments that predictions are stored of, in order. */
export function markedMoments(database: Connection, run: number): RunDetail['predictions'] {
  return prepared(
    database,
    // In the order of time, which is also that of the alphabet.
    'select epoch, moment from predictions where run = ? order by epoch, moment',
  ).all(run) as RunDetail['predictions'];
}

/** What was answered for every image of the test split, as a frame of predictions. */
export function predictionFrame(
  database: Connection,
  run: StoredRun,
  epoch: number,
  moment: Moment,
): Uint8Array<ArrayBuffer> {
  const row = prepared(
    database,
    'select labels, predicted, margins from predictions where run = ? and epoch = ? and moment = ?',
  ).get(run.number, epoch, moment) as
    { labels: Uint8Array; predicted: Uint8Array; margins: Uint8Array } | undefined;
  if (!row) {
    const state = moment === 'epoch' ? `after epoch ${epoch}` : `before the pruning of epoch ${epoch}`;
    throw notFound(`record of the predictions of the run ${run.id} ${state}`);
  }
  return encodePredictions(
    { epoch, moment },
    {
      labels: new Uint16Array(ownBuffer(row.labels)),
      predicted: new Uint16Array(ownBuffer(row.predicted)),
      margins: decompressFloats(row.margins),
    },
  );
}

function integersOf(blob: Uint8Array): Int32Array {
  return new Int32Array(ownBuffer(blob));
}

/** A copy of the content, which begins where numbers may. */
function ownBuffer(blob: Uint8Array): ArrayBuffer {
  return Uint8Array.from(decompress(blob)).buffer;
}
