import { channelRows, type LayerRecord } from '../../common/records.ts';
import { compressFloats, decompressFloats, equalBytes, packedFloats } from './compression.ts';

/** The channel tables of all layers of an epoch, one after another, as they are stored. */
export function encodeChannelTables(layers: readonly Pick<LayerRecord, 'channels'>[]): Uint8Array {
  return compressFloats(joined(layers));
}

/**
 * The stored channel tables of all layers of an epoch, one after another: the given rows of each, by default all that this
 * version knows. The last rows are NaN in tables of an earlier version, which lack them.
 */
export function decodeChannelTables(
  blob: Uint8Array,
  layers: readonly { channels: number }[],
  thresholds: number,
  rows: readonly number[] = Array.from({ length: channelRows(thresholds) }, (_, row) => row),
): Float32Array<ArrayBuffer> {
  const stored = packedFloats(blob);
  const channels = layers.reduce((sum, layer) => sum + layer.channels, 0);
  const known = stored.length / channels;
  const tables = new Float32Array(rows.length * channels).fill(NaN);
  let [from, to] = [0, 0];
  for (const layer of layers) {
    for (const row of rows) {
      if (row < known) stored.read(from + row * layer.channels, tables.subarray(to, to + layer.channels));
      to += layer.channels;
    }
    from += known * layer.channels;
  }
  return tables;
}

/** Whether stored tables are those of a record, to the bit; of rows that an earlier version did not store nothing is said. */
export function sameChannelTables(
  blob: Uint8Array,
  layers: readonly { channels: number }[],
  record: readonly Pick<LayerRecord, 'channels'>[],
): boolean {
  const stored = decompressFloats(blob);
  const known = stored.length / layers.reduce((sum, layer) => sum + layer.channels, 0);
  const compared = record.map(({ channels }, index) => ({
    channels: channels.subarray(0, known * layers[index]!.channels),
  }));
  return equalBytes(stored, joined(compared));
}

function joined(layers: readonly Pick<LayerRecord, 'channels'>[]): Float32Array {
  const tables = new Float32Array(layers.reduce((sum, { channels }) => sum + channels.length, 0));
  let offset = 0;
  for (const { channels } of layers) {
    tables.set(channels, offset);
    offset += channels.length;
  }
  return tables;
}
