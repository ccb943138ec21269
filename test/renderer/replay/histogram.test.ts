import { describe, expect, it } from 'vitest';
import { encodeFrame } from '../../../common/codec/frames.ts';
import { encodeMagnitudes } from '../../../common/codec/magnitude-counts.ts';
import { countMagnitudes } from '../../../common/cascade/magnitudes.ts';
import { channelRows, laterRow, type ChannelTable } from '../../../common/records.ts';
import {
  barsPath,
  countDecays,
  decadeTicks,
  DECAY_FROM,
  DECAY_TO,
  heightOf,
  magnitudeBars,
  placeOf,
} from '../../../renderer/replay/histogram.ts';
import { extentOf, MagnitudeHistory } from '../../../renderer/replay/magnitude-history.ts';

const all = (weights: number[]) =>
  countMagnitudes(Float32Array.from(weights), new Uint8Array(weights.length).fill(1));

/** Two layers over two epochs; the second epoch's first layer has a weight of zero. */
function history(): MagnitudeHistory {
  const epochs = [
    [[0.5, 0.5, 0.01], [1]],
    [[0.5, 0, 1e-4], [0.9]],
  ];
  const parts = epochs.map((layers) => encodeMagnitudes(layers.map(all)));
  const body = Uint8Array.from(parts.flatMap((part) => [...part]));
  const known = new MagnitudeHistory();
  const sizes = parts.map(({ length }) => length);
  const frame = encodeFrame(
    { kind: 'magnitudes', layers: ['one', 'two'], epochs: [0, 1], sizes, next: 7 },
    body,
  );
  expect(known.read(frame)).toBe(7);
  return known;
}

describe('the histogram of |w|', () => {
  it('tells layers and the whole network, on an axis of all epochs', () => {
    const known = history();
    expect(known.counts(0, 'one')).toEqual(all([0.5, 0.5, 0.01]));
    expect(known.counts(1, null)).toEqual(all([0.5, 0, 1e-4, 0.9]));
    expect(known.counts(2, null)).toBeNull();
    expect(known.counts(0, 'none')).toBeNull();
    const extent = extentOf([known], 'one')!;
    expect(extent.first).toBe(all([1e-4]).first);
    expect(extent.past).toBe(all([0.5]).first + 1);
    expect(extent.most).toBeCloseTo(2 / 3);
    expect(extentOf([new MagnitudeHistory()], null)).toBeNull();
  });

  it('has bars that sum to the weights that are not zero, and puts numbers where their bars are', () => {
    const known = history();
    const extent = extentOf([known], 'one')!;
    const bars = magnitudeBars(known.counts(1, 'one')!, extent, 'linear');
    expect(bars.reduce((sum, height) => sum + height, 0) * extent.most).toBeCloseTo(2 / 3);
    for (const magnitude of [1e-4, 0.5])
      expect(bars[Math.floor(placeOf(magnitude, extent) * bars.length + 1e-9)]).toBeGreaterThan(0);
    expect(decadeTicks(extent).map(({ value }) => Number(value.toPrecision(3)))).toEqual([
      1e-4, 1e-3, 1e-2, 1e-1,
    ]);
    expect(heightOf(0.01, 1, 'linear')).toBe(0.01);
    expect(heightOf(0.01, 1, 'log')).toBeCloseTo(0.5);
    expect(heightOf(0, 1, 'log')).toBe(0);
    expect(barsPath([0, 1])).toBe('M0 100L0.00 100.00H50.00L50.00 0.00H100.00L100 100');
  });

  it('keeps what is far below the rest in its first bar', () => {
    const counts = all([1e-30, 1e-31, 1]);
    const known = new MagnitudeHistory();
    const bytes = encodeMagnitudes([counts]);
    known.read(
      encodeFrame(
        { kind: 'magnitudes', layers: ['one'], epochs: [0], sizes: [bytes.length], next: null },
        bytes,
      ),
    );
    const extent = extentOf([known], 'one')!;
    expect(extent.past - extent.first).toBe(200);
    const bars = magnitudeBars(counts, extent, 'linear');
    expect(bars[0]).toBe(1);
    expect(bars.at(-1)).toBe(1);
    expect(bars.filter((height) => height > 0)).toHaveLength(2);
  });
});

it('channels are counted by how fast they shrank; freed ones among them', () => {
  const channels = 5;
  const values = new Float32Array(channelRows(1) * channels).fill(NaN);
  const put = (field: 'residual' | 'decay' | 'freeDecay', list: number[]) =>
    values.set(list, laterRow(field, 1) * channels);
  put('residual', [0.1, 1.2, 0.0, 1, NaN]);
  put('decay', [0.08, 1, 1e-9, 3, NaN]);
  put('freeDecay', [0.08, 0.08, 1e-9, 1, NaN]);
  const table: ChannelTable = { values, channels, thresholds: 1 };
  const counted = countDecays([table]);
  const bins = counted.measured.length;
  const binOf = (decades: number) => Math.round(((decades - DECAY_FROM) / (DECAY_TO - DECAY_FROM)) * bins);
  expect(counted).toMatchObject({ channels: 5, unmeasured: 1 });
  expect(counted.measured.reduce((sum, each) => sum + each, 0)).toBe(4);
  expect([counted.measured[binOf(1.05)], counted.measured[binOf(0)]]).toEqual([1, 1]);
  expect([counted.measured[0], counted.measured[bins - 1]]).toEqual([1, 1]);
  expect([counted.freed[binOf(1.05)], counted.freed[bins - 1], counted.freed[0]]).toEqual([1, 1, 0]);
  expect(counted.free[binOf(1.05)]).toBe(2);
});
