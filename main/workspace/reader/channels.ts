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
import { requireStored, type StoredRun } from './stored-run.ts';
import { roomFor } from './window.ts';

/** Bytes of the tables of one answer, about. */
const MOST_BYTES = 16 * 1024 * 1024;

const BLOCKED_ROW = CHANNEL_FIELDS.indexOf('blocked');

/** Channel tables of the stored epochs asked for, as many as one answer holds, as a channel frame. @throws CascadeError NOT_FOUND */
export function channelFrame(
  database: Connection,
  chains: PlaneChains,
  run: StoredRun,
  asked: ChannelsAsked,
): Uint8Array<ArrayBuffer> {
  const thresholds = positions(run, asked.threshold);
  const channels = layersOf(database, run.number).reduce((sum, layer) => sum + layer.channels, 0);
  const bytes = 4 * channelRows(thresholds.length) * channels;
  const room = Math.max(1, Math.floor(MOST_BYTES / Math.max(1, bytes)));
  const last = Math.min(asked.to, asked.from + room - 1);
  const told = { from: asked.from, to: last };
  const tables = tablesOf(database, run, told, thresholds);
  const counts =
    asked.keptBy === undefined
      ? null
      : countOverKept(database, chains, tables, requireStored(database, asked.keptBy));
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
      next: nextOf(database, run, last, asked.to),
      ...(counts && { counts }),
    },
    new Uint8Array(body.buffer),
  );
}

/** Channels of all layers that are blocked after each stored epoch within [from, to], as many as one answer holds, as a frame of rows. */
export function blockedFrame(
  database: Connection,
  run: StoredRun,
  { from, to }: { from: number; to: number },
): Uint8Array<ArrayBuffer> {
  const layers = layersOf(database, run.number);
  const last = Math.min(to, from + roomFor(1) - 1);
  const rows = storedBetween(database, run, from, last).map(({ epoch, bytes }): BlockedChannels => {
    const flags = decodeChannelTables(bytes, layers, run.labels.length, [BLOCKED_ROW]);
    return { epoch, channels: flags.reduce((sum, flag) => sum + Number(flag === 1), 0) };
  });
  return encodeRows(rows, { stored: rows.length, span: 1, next: nextOf(database, run, last, to) });
}

/** The first epoch after the last one told, where any up to `to` is stored. */
function nextOf(database: Connection, run: StoredRun, last: number, to: number): number | null {
  const any = 'select 1 from channel_tables where run = ? and epoch between ? and ? limit 1';
  return prepared(database, any).get(run.number, last + 1, to) === undefined ? null : last + 1;
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
