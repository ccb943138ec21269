import { describe, expect, it } from 'vitest';
import { encodeFrame } from '../../../common/codec/frames.ts';
import { channelRows } from '../../../common/records.ts';
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
    { kind: 'channels', next: null, thresholds: ['1e-3'], epochs, layers: LAYERS },
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
    expect(history.table(3, 'one')).toBeNull();
  });

  it('holds so many bytes: what is furthest from the moment goes first, and no answer is held for one of its epochs', () => {
    const history = new ChannelHistory();
    const answer = frame([0, 1, 2, 3]);
    history.add(answer);
    history.add(frame([4]));
    const each = SIZE * 4;
    expect([history.bytesPerEpoch, history.bytes]).toEqual([each, 5 * each]);
    expect(history.table(1, 'one')!.values.buffer).not.toBe(answer);
    history.keepAround(1, 3.5 * each);
    expect([0, 1, 2, 3, 4].map((epoch) => history.has(epoch))).toEqual([true, true, true, false, false]);
    expect(history.bytes).toBe(3 * each);
    history.keepAround(1, 1);
    expect([0, 1, 2].map((epoch) => history.has(epoch))).toEqual([false, true, false]);
    expect(history.table(1, 'two')?.values[0]).toBe(1000 + 2 * ROWS);
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
    // The moment at least, and that alone as long as it is not known what an epoch takes.
    expect(epochsAround(epochs, 500, 10_000_000, 1)).toEqual([500]);
    expect(epochsAround(epochs, 500, 0, 1_000_000)).toEqual([500]);
    expect(epochsWithin(4_000, 0)).toBe(1);
    expect(epochsWithin(4_000, 1_500)).toBe(2);
    expect(epochsWithin(4_000, 9_000)).toBe(1);
  });
});
