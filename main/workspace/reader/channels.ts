import { encodeFrame } from '../../../common/codec/frames.ts';
import { encodeRows } from '../../../common/codec/rows.ts';
import type { BlockedChannels, ChannelsAsked } from '../../../common/contract/schemas.ts';
import { CHANNEL_FIELDS, channelRows, rowsAt } from '../../../common/records.ts';
import { layersOf, type PlaneChains } from '../chains.ts';
import { decodeChannelTables } from '../channel-tables.ts';
import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import { countOverKept } from './over-kept.ts';
import type { StoredTables } from './stored-tables.ts';
import type { StoredRun } from './stored-run.ts';
import { requireStored } from './summaries.ts';

const BLOCKED_ROW = CHANNEL_FIELDS.indexOf('blocked');

/** Channel tables of the stored epochs asked for, as a channel frame. @throws CascadeError NOT_FOUND */
export function channelFrame(
  database: Connection,
  chains: PlaneChains,
  run: StoredRun,
  asked: ChannelsAsked,
): Uint8Array<ArrayBuffer> {
  const thresholds = positions(run, asked.threshold);
  const tables = tablesOf(database, run, asked, thresholds);
  if (asked.keptBy !== undefined) {
    const other = requireStored(database, asked.keptBy);
    countOverKept(chains, tables, tablesOf(database, other, asked, []));
  }
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
      thresholds: thresholds.map((position) => run.labels[position]!),
      epochs: [...tables.epochs.keys()],
      layers: tables.layers.map(({ name, channels }) => ({
        name,
        channels,
        rows: channelRows(thresholds.length),
      })),
    },
    new Uint8Array(body.buffer),
  );
}

/** Channels of all layers that are blocked after each stored epoch within [from, to], as a frame of rows. */
export function blockedFrame(
  database: Connection,
  run: StoredRun,
  { from, to }: { from: number; to: number },
): Uint8Array<ArrayBuffer> {
  const layers = layersOf(database, run.number);
  const rows = storedBetween(database, run, from, to).map(({ epoch, bytes }): BlockedChannels => {
    const flags = decodeChannelTables(bytes, layers, run.labels.length, [BLOCKED_ROW]);
    return { epoch, channels: flags.reduce((sum, flag) => sum + Number(flag === 1), 0) };
  });
  return encodeRows(rows, { stored: rows.length, span: 1 });
}

function positions(run: StoredRun, label: string | undefined): number[] {
  if (label === undefined) return [...run.labels.keys()];
  const position = run.labels.indexOf(label);
  if (position < 0) throw notFound(`threshold '${label}' of the run ${run.id}`);
  return [position];
}

function tablesOf(
  database: Connection,
  run: StoredRun,
  { from, to }: { from: number; to: number },
  thresholds: readonly number[],
): StoredTables {
  const layers = layersOf(database, run.number);
  const rows = rowsAt(thresholds, run.labels.length);
  return {
    run,
    layers,
    thresholds,
    epochs: new Map(
      storedBetween(database, run, from, to).map(({ epoch, bytes }) => [
        epoch,
        decodeChannelTables(bytes, layers, run.labels.length, rows),
      ]),
    ),
  };
}

function storedBetween(
  database: Connection,
  run: StoredRun,
  from: number,
  to: number,
): { epoch: number; bytes: Uint8Array }[] {
  return prepared(
    database,
    'select epoch, bytes from channel_tables where run = ? and epoch between ? and ? order by epoch',
  ).all(run.number, from, to) as { epoch: number; bytes: Uint8Array }[];
}
