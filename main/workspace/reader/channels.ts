import { encodeFrame } from '../../../common/codec/frames.ts';
import { channelRows } from '../../../common/records.ts';
import { layersOf, type PlaneChains } from '../chains.ts';
import { decodeChannelTables } from '../channel-tables.ts';
import { prepared, type Connection } from '../database.ts';
import { countOverKept } from './over-kept.ts';
import type { StoredTables } from './stored-tables.ts';
import type { StoredRun } from './stored-run.ts';

/**
 * Channel tables of the stored epochs within [from, to], as a channel frame. With `keptBy` only epochs that both have, the
 * weights counted over those that the other run keeps after the same epoch: `pruned` are all others.
 */
export function channelFrame(
  database: Connection,
  chains: PlaneChains,
  run: StoredRun,
  range: { from: number; to: number },
  keptBy: StoredRun | null,
): Uint8Array<ArrayBuffer> {
  const tables = tablesOf(database, run, range);
  if (keptBy !== null) countOverKept(chains, tables, tablesOf(database, keptBy, range));
  const parts = [...tables.epochs.values()];
  const body = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    body.set(part, offset);
    offset += part.length;
  }
  return encodeFrame(
    {
      kind: 'channels',
      thresholds: run.labels,
      epochs: [...tables.epochs.keys()],
      layers: tables.layers.map(({ name, channels }) => ({
        name,
        channels,
        rows: channelRows(run.labels.length),
      })),
    },
    new Uint8Array(body.buffer),
  );
}

function tablesOf(
  database: Connection,
  run: StoredRun,
  { from, to }: { from: number; to: number },
): StoredTables {
  const rows = prepared(
    database,
    'select epoch, bytes from channel_tables where run = ? and epoch between ? and ? order by epoch',
  ).all(run.number, from, to) as { epoch: number; bytes: Uint8Array }[];
  const layers = layersOf(database, run.number);
  return {
    run,
    layers,
    epochs: new Map(
      rows.map(({ epoch, bytes }) => [epoch, decodeChannelTables(bytes, layers, run.labels.length)]),
    ),
  };
}
