import { encodeMagnitudes } from '../../../common/codec/magnitude-counts.ts';
import type { EpochRecord } from '../../../common/records.ts';
import { compress, equalBytes } from '../compression.ts';
import { prepared, type Connection } from '../database.ts';

/** Stores the histograms of an epoch's layers. */
export function insertMagnitudes(database: Connection, run: number, record: EpochRecord): void {
  prepared(database, 'insert into magnitudes (run, epoch, bytes) values (?, ?, ?)').run(
    run,
    record.epoch,
    bytesOf(record),
  );
}

/** Whether those of a record are what is stored; nothing is said of an epoch that an earlier version recorded. */
export function magnitudesStored(database: Connection, run: number, record: EpochRecord): boolean {
  const stored = prepared(database, 'select bytes from magnitudes where run = ? and epoch = ?')
    .pluck()
    .get(run, record.epoch) as Uint8Array | undefined;
  return stored === undefined || equalBytes(stored, bytesOf(record));
}

export function deleteMagnitudesFrom(database: Connection, run: number, epoch: number): void {
  prepared(database, 'delete from magnitudes where run = ? and epoch >= ?').run(run, epoch);
}

function bytesOf({ layers }: EpochRecord): Uint8Array {
  return compress(encodeMagnitudes(layers.map(({ magnitudes }) => magnitudes)));
}
