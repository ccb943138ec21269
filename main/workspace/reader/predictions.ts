import { encodePredictions } from '../../../common/codec/predictions.ts';
import type { ClassAccuracies, RunDetail } from '../../../common/contract/schemas.ts';
import type { Moment } from '../../../common/records.ts';
import { decompress, decompressFloats } from '../compression.ts';
import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import { classNamesOf } from './network.ts';
import type { StoredRun } from './stored-run.ts';

/** Right answers on the test split by class, for the stored epochs that have them. */
export function classesOf(database: Connection, run: StoredRun): ClassAccuracies {
  const rows = prepared(
    database,
    'select epoch, examples, correct from class_epochs where run = ? order by epoch',
  ).all(run.number) as { epoch: number; examples: Uint8Array; correct: Uint8Array }[];
  const last = rows.at(-1);
  return {
    names: classNamesOf(database, run),
    examples: last ? [...integersOf(last.examples)] : [],
    epochs: rows.map(({ epoch, correct }) => ({ epoch, correct: [...integersOf(correct)] })),
  };
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
