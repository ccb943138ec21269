import { encodeRows } from '../../../common/codec/rows.ts';
import { countStates } from '../../../common/cascade/composition.ts';
import { freedChannels } from '../../../common/cascade/freed.ts';
import type { TrackEpoch, TracksAsked } from '../../../common/contract/track-schemas.ts';
import { channelRows, rowsAt } from '../../../common/records.ts';
import { layersOf } from '../chains.ts';
import { decodeChannelTables } from '../channel-tables.ts';
import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import type { StoredRun } from './stored-run.ts';
import { roomFor } from './window.ts';

/** Bytes of tables that are gone through for one answer: nothing else is answered meanwhile. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Numbers of a layer. */
const OF_LAYER = 5;

/**
 * Weights of every layer by state, after each stored epoch that is asked for, as many as one answer holds, as a frame of rows.
 *
 * @throws CascadeError NOT_FOUND where the run does not measure the threshold
 */
export function trackFrame(
  database: Connection,
  run: StoredRun,
  { from, to, every, threshold }: TracksAsked,
): Uint8Array<ArrayBuffer> {
  const position = run.labels.indexOf(threshold);
  if (position < 0) throw notFound(`threshold '${threshold}' of the run ${run.id}`);
  const layers = layersOf(database, run.number);
  const channels = layers.reduce((sum, layer) => sum + layer.channels, 0);
  const bytes = 4 * channelRows(run.labels.length) * Math.max(1, channels);
  const room = Math.max(
    1,
    Math.min(Math.floor(MOST_BYTES / bytes), roomFor(OF_LAYER * Math.max(1, layers.length))),
  );
  const rows = rowsAt([position], run.labels.length);
  const told: TrackEpoch[] = [];
  let next: number | null = null;
  const stored = prepared(
    database,
    `select epoch, bytes from channel_tables
     where run = ? and epoch between ? and ? and epoch % ? = 0 order by epoch limit ?`,
  ).iterate(run.number, from, to, every, room + 1) as Iterable<{ epoch: number; bytes: Uint8Array }>;
  for (const { epoch, bytes: blob } of stored) {
    if (told.length === room) {
      next = epoch;
      break;
    }
    const tables = decodeChannelTables(blob, layers, run.labels.length, rows);
    const states: TrackEpoch['states'] = {};
    let offset = 0;
    for (const { name, weights, channels: count } of layers) {
      const values = tables.subarray(offset, (offset += rows.length * count));
      const table = { values, channels: count, thresholds: 1 };
      states[name] = countStates(table, 0, weights, freedChannels(table));
    }
    told.push({ epoch, states });
  }
  return encodeRows(told, { stored: told.length, span: every, next });
}
