import { describe, expect, it } from 'vitest';
import { CHANNEL_FIELDS, channelRows, laterRow, LATER_CHANNEL_FIELDS } from '../../../common/records.ts';
import {
  decodeChannelTables,
  encodeChannelTables,
  sameChannelTables,
} from '../../../main/workspace/channel-tables.ts';
import { compressFloats } from '../../../main/workspace/compression.ts';

const THRESHOLDS = 2;
const ROWS = channelRows(THRESHOLDS);
const OLDER = CHANNEL_FIELDS.length + 2 * THRESHOLDS;
const LAYERS = [{ channels: 3 }, { channels: 2 }];

/** Tables whose numbers tell layer, row and channel. */
const tables = (rows: number, salt = 0) =>
  LAYERS.map(({ channels }, layer) => ({
    channels: Float32Array.from(
      { length: rows * channels },
      (_, index) => 1000 * layer + 10 * Math.floor(index / channels) + (index % channels) + salt,
    ),
  }));
const joined = (layers: { channels: Float32Array }[]): number[] =>
  layers.flatMap(({ channels }) => [...channels]);

describe('stored channel tables', () => {
  it('come back as they were', () => {
    const blob = encodeChannelTables(tables(ROWS));
    expect([...decodeChannelTables(blob, LAYERS, THRESHOLDS)]).toEqual(joined(tables(ROWS)));
    expect(sameChannelTables(blob, LAYERS, tables(ROWS))).toBe(true);
    expect(sameChannelTables(blob, LAYERS, tables(ROWS, 1))).toBe(false);
  });

  it('of an earlier version have the rows that came later too, as not known, layer by layer', () => {
    const older = compressFloats(Float32Array.from(joined(tables(OLDER))));
    const read = decodeChannelTables(older, LAYERS, THRESHOLDS);
    expect(read).toHaveLength(ROWS * 5);
    const [first, second] = [read.subarray(0, ROWS * 3), read.subarray(ROWS * 3)];
    expect([...first.subarray(0, OLDER * 3)]).toEqual([...tables(OLDER)[0]!.channels]);
    expect([...second.subarray(0, OLDER * 2)]).toEqual([...tables(OLDER)[1]!.channels]);
    for (const field of LATER_CHANNEL_FIELDS) expect(first[laterRow(field, THRESHOLDS) * 3], field).toBeNaN();
    expect(second.subarray(OLDER * 2).every(Number.isNaN)).toBe(true);
  });

  it('of an earlier version are those of a record that has their rows, whatever else it has', () => {
    const older = compressFloats(Float32Array.from(joined(tables(OLDER))));
    expect(sameChannelTables(older, LAYERS, tables(ROWS))).toBe(true);
    expect(sameChannelTables(older, LAYERS, tables(ROWS, 1))).toBe(false);
  });
});
