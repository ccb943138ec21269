import type { EpochRecord, Predictions } from '../../../common/records.ts';
import { compress, compressFloats, decompress } from '../compression.ts';
import { prepared, type Connection } from '../database.ts';

/** Rows of what was answered on the test split, class by class and, at marked epochs, image by image. */

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Why the answers of a record cannot be stored; null where they can. */
export function predictionsProblem({ classes, predictions }: EpochRecord): string | null {
  if (classes.examples.length !== classes.correct.length)
    return `it counts ${classes.examples.length} classes and right answers of ${classes.correct.length}`;
  const uneven = predictions.find(
    ({ labels, predicted, margins }) =>
      labels.length !== predicted.length || labels.length !== margins.length,
  );
  return uneven ? `its predictions '${uneven.moment}' are not of one length` : null;
}

export function insertPredictions(database: Connection, run: number, record: EpochRecord): void {
  const { epoch, classes, predictions } = record;
  prepared(database, 'insert into class_epochs (run, epoch, examples, correct) values (?, ?, ?, ?)').run(
    run,
    epoch,
    compress(bytesOf(classes.examples)),
    compress(bytesOf(classes.correct)),
  );
  const insert = prepared(
    database,
    'insert into predictions (run, epoch, moment, labels, predicted, margins) values (?, ?, ?, ?, ?, ?)',
  );
  for (const { moment, ...row } of predictions) {
    const { labels, predicted, margins } = storedPredictions(row);
    insert.run(run, epoch, moment, labels, predicted, margins);
  }
}

function storedPredictions({
  labels,
  predicted,
  margins,
}: Predictions): Record<keyof Predictions, Uint8Array> {
  return {
    labels: compress(bytesOf(labels)),
    predicted: compress(bytesOf(predicted)),
    margins: compressFloats(margins),
  };
}

/** Whether the answers of a record are what is stored, to the bit. What an earlier version did not store is not compared. */
export function predictionsStored(database: Connection, run: number, record: EpochRecord): boolean {
  const { epoch, classes, predictions } = record;
  const counts = prepared(
    database,
    'select examples, correct from class_epochs where run = ? and epoch = ?',
  ).get(run, epoch) as Record<keyof EpochRecord['classes'], Uint8Array> | undefined;
  if (!counts) return true;
  if (!sameContent(counts.examples, compress(bytesOf(classes.examples)))) return false;
  if (!sameContent(counts.correct, compress(bytesOf(classes.correct)))) return false;
  const rows = prepared(
    database,
    'select moment, labels, predicted, margins from predictions where run = ? and epoch = ?',
  ).all(run, epoch) as ({ moment: string } & Record<keyof Predictions, Uint8Array>)[];
  return (
    rows.length === predictions.length &&
    predictions.every(({ moment, ...given }) => {
      const row = rows.find((candidate) => candidate.moment === moment);
      const wanted = storedPredictions(given);
      return (
        row !== undefined &&
        (['labels', 'predicted', 'margins'] as const).every((column) =>
          sameContent(row[column], wanted[column]),
        )
      );
    })
  );
}

/** Blobs are compared by what they hold: another version may compress in another way. */
function sameContent(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(decompress(one), decompress(other)) === 0;
}

export function deletePredictionsFrom(database: Connection, run: number, epoch: number): void {
  for (const table of ['class_epochs', 'predictions'])
    prepared(database, `delete from ${table} where run = ? and epoch >= ?`).run(run, epoch);
}
