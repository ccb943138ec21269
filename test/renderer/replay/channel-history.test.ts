import { describe, expect, it } from 'vitest';
import { encodeFrame } from '../../../common/codec/frames.ts';
import { CHANNEL_FIELDS, channelRows } from '../../../common/records.ts';
import {
  ChannelHistory,
  epochsAround,
  epochsWithin,
  missingWindows,
  WINDOW,
} from '../../../renderer/replay/channel-history.ts';

const ROWS = channelRows(1);
const LAYERS = [
  { name: 'one', channels: 2, rows: ROWS },
  { name: 'two', channels: 3, rows: ROWS },
];
const SIZE = 5 * ROWS;

/** Every float says where it stands: epoch · 1000 + position within the epoch. */
function frame(epochs: number[]): ArrayBuffer {
  const floats = Float32Array.from(
    { length: SIZE * epochs.length },
    (_, index) => epochs[Math.floor(index / SIZE)]! * 1000 + (index % SIZE),
  );
  return encodeFrame(
    { kind: 'channels', thresholds: ['1e-3'], epochs, layers: LAYERS },
    new Uint8Array(floats.buffer),
  ).buffer;
}

describe('the history of channels', () => {
  it('finds each layer of each epoch in its place', () => {
    const history = new ChannelHistory();
    expect(history.add(frame([3, 4]))).toEqual([3, 4]);
    const table = history.table(4, 'two');
    expect(table?.channels).toBe(3);
    expect(table?.thresholds).toBe(1);
    expect(table?.values.length).toBe(3 * ROWS);
    expect(table?.values[0]).toBe(4000 + 2 * ROWS);
    expect(history.table(5, 'two')).toBeNull();
    expect(history.table(4, 'three')).toBeNull();
  });

  it('forgets an epoch that is measured anew', () => {
    const history = new ChannelHistory();
    history.add(frame([3]));
    history.forget(3);
    expect(history.has(3)).toBe(false);
    expect(history.blocked(3)).toBeNull();
  });

  it('counts blocked channels over all layers', () => {
    const floats = new Float32Array(SIZE);
    floats[CHANNEL_FIELDS.indexOf('blocked') * 2 + 1] = 1;
    floats[2 * ROWS + CHANNEL_FIELDS.indexOf('blocked') * 3] = 1;
    const history = new ChannelHistory();
    history.add(
      encodeFrame(
        { kind: 'channels', thresholds: ['1e-3'], epochs: [0], layers: LAYERS },
        new Uint8Array(floats.buffer),
      ).buffer,
    );
    expect(history.blocked(0)).toBe(2);
  });

  it('asks for what is missing in windows, nearest to the moment first', () => {
    const epochs = Array.from({ length: 3 * WINDOW }, (_, index) => index);
    const windows = missingWindows(epochs, (epoch) => epoch === 0, 2 * WINDOW + 3);
    expect(windows[0]).toEqual({ from: 2 * WINDOW + 1, to: 3 * WINDOW - 1 });
    expect(windows.map(({ from, to }) => to - from + 1).every((size) => size <= WINDOW)).toBe(true);
    const covered = windows.flatMap(({ from, to }) => epochs.filter((epoch) => epoch >= from && epoch <= to));
    expect(covered.sort((one, other) => one - other)).toEqual(epochs.slice(1));
    expect(missingWindows(epochs, () => true, 0)).toEqual([]);
  });
});

describe('the epochs around a moment', () => {
  const epochs = Array.from({ length: 1_000 }, (_, epoch) => epoch);

  it('are all of them where their tables fit, and otherwise as many as fit, none beyond the ends', () => {
    expect(epochsAround(epochs, 500, 1_000, 1_000_000)).toBe(epochs);
    const some = (moment: number) => {
      const near = epochsAround(epochs, moment, 10_000, 1_000_000);
      return [near.length, near[0], near.at(-1)];
    };
    expect(some(500)).toEqual([100, 450, 549]);
    expect(some(0)).toEqual([100, 0, 99]);
    expect(some(999)).toEqual([100, 900, 999]);
    // A window at least, and that alone as long as it is not known what an epoch takes.
    expect(epochsAround(epochs, 500, 10_000_000, 1)).toHaveLength(WINDOW);
    expect(epochsAround(epochs, 500, 0, 1_000_000)).toHaveLength(WINDOW);
    expect(epochsWithin(4_000, 0)).toBe(1);
    expect(epochsWithin(4_000, 1_500)).toBe(2);
    expect(epochsWithin(4_000, 9_000)).toBe(1);
  });
});
