import {
  binStart,
  BINS_PER_OCTAVE,
  countedWeights,
  type MagnitudeCounts,
} from '../../common/cascade/magnitudes.ts';
import { isFreed } from '../../common/cascade/freed.ts';
import { laterRow, type ChannelTable } from '../../common/records.ts';
import type { MagnitudeExtent } from './magnitude-history.ts';

/** Heights between 0 and 1 from the left to the right, each as wide as every other. */
export type Bars = readonly number[];

/** How high a share stands: in proportion, or by its logarithm down to a ten-thousandth of the highest. */
export type Heights = 'linear' | 'log';
const LOG_DECADES = 4;

export function heightOf(share: number, most: number, heights: Heights): number {
  if (share <= 0 || most <= 0) return 0;
  if (heights === 'linear') return Math.min(1, share / most);
  return Math.min(1, Math.max(0, 1 + Math.log10(share / most) / LOG_DECADES));
}

/** Bars of counted weights over the bins of an extent, as shares of the kept weights. */
export function magnitudeBars(counts: MagnitudeCounts, extent: MagnitudeExtent, heights: Heights): Bars {
  const all = countedWeights(counts);
  const shares = new Array<number>(extent.past - extent.first).fill(0);
  counts.counts.forEach((count, at) => {
    shares[Math.max(0, counts.first + at - extent.first)]! += count / all;
  });
  return shares.map((share) => heightOf(share, extent.most, heights));
}

/** Where |w| stands among the bins of an extent: 0 at its left end, 1 at its right. May lie outside. */
export function placeOf(magnitude: number, { first, past }: MagnitudeExtent): number {
  return ((Math.log2(magnitude) + 127) * BINS_PER_OCTAVE - first) / (past - first);
}

/** Powers of ten within an extent, at most so many, and where they stand. */
export function decadeTicks(extent: MagnitudeExtent, most = 8): { value: number; place: number }[] {
  const low = Math.ceil(Math.log10(binStart(extent.first)) - 1e-9);
  const high = Math.floor(Math.log10(binStart(extent.past)) + 1e-9);
  const step = Math.max(1, Math.ceil((high - low + 1) / most));
  return Array.from({ length: Math.max(0, Math.floor((high - low) / step) + 1) }, (_, at) => {
    const value = 10 ** (low + at * step);
    return { value, place: placeOf(value, extent) };
  });
}

/** Bars as a path in a box of 100 × 100 whose foot is at 100; outlines are not closed at the foot. */
export function barsPath(bars: Bars): string {
  let path = 'M0 100';
  bars.forEach((height, at) => {
    const y = (100 * (1 - height)).toFixed(2);
    path += `L${((100 * at) / bars.length).toFixed(2)} ${y}H${((100 * (at + 1)) / bars.length).toFixed(2)}`;
  });
  return `${path}L100 100`;
}

/**
 * How fast channels shrank over an epoch, in factors of ten: log10(‖w‖ ÷ ‖w′‖) of their followed weights. Bins of a twentieth, from
 * growth by a quarter of a factor of ten to shrinking by one and a half; what lies outside stands in the outermost bins.
 */
export const DECAY_FROM = -0.25;
export const DECAY_TO = 1.5;
const DECAY_WIDTH = 0.05;
const DECAY_BINS = Math.round((DECAY_TO - DECAY_FROM) / DECAY_WIDTH);

export interface DecayCounts {
  /** Channels by what training left of them, and those of them that were freed. */
  measured: number[];
  freed: number[];
  /** The same channels by what the optimizer alone would have left. */
  free: number[];
  channels: number;
  /** Channels of which it was not measured, or whose weights are zero. */
  unmeasured: number;
}

/** Channels of some layers together. */
export function countDecays(tables: readonly ChannelTable[]): DecayCounts {
  const none = (): number[] => new Array<number>(DECAY_BINS).fill(0);
  const counted: DecayCounts = { measured: none(), freed: none(), free: none(), channels: 0, unmeasured: 0 };
  const binOf = (left: number): number =>
    Math.min(DECAY_BINS - 1, Math.max(0, Math.floor((-Math.log10(left) - DECAY_FROM) / DECAY_WIDTH + 1e-9)));
  for (const { values, channels, thresholds } of tables) {
    const row = (field: 'residual' | 'freeDecay' | 'decay') => laterRow(field, thresholds) * channels;
    const [residual, free, decay] = [row('residual'), row('freeDecay'), row('decay')];
    for (let channel = 0; channel < channels; channel += 1) {
      counted.channels += 1;
      const left = values[decay + channel]!;
      if (!(left >= 0)) {
        counted.unmeasured += 1;
        continue;
      }
      const bin = binOf(left);
      counted.measured[bin]! += 1;
      if (isFreed(values[residual + channel]!)) counted.freed[bin]! += 1;
      const alone = values[free + channel]!;
      if (alone >= 0) counted.free[binOf(alone)]! += 1;
    }
  }
  return counted;
}
