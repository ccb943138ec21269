/**
 * Histograms of |w| on a logarithmic axis: bins of a quarter of an octave, the same for every layer, epoch and run, so that counts
 * add up and compare. Bin 4·e + q holds 2^(e − 127) · 2^(q/4) ≤ |w| < 2^(e − 127) · 2^((q + 1)/4); e is the exponent of a float32
 * as its bits have it, so that no logarithm is taken. Bins of e = 0 (below 2^−126) hold what is smaller still.
 */
export const BINS_PER_OCTAVE = 4;
export const BINS = 256 * BINS_PER_OCTAVE;

/** Kept weights of a layer by magnitude. Pruned ones are not among them. */
export interface MagnitudeCounts {
  /** Kept weights that are exactly zero: in no bin. */
  zero: number;
  /** The first bin that is told; those before and after are empty. */
  first: number;
  counts: Uint32Array;
}

/** Fractions of float32 from which the second, third and fourth quarter of an octave begin: 2^(1/4), 2^(1/2), 2^(3/4), rounded up. */
const [SECOND, THIRD, FOURTH] = [1, 2, 3].map((quarter) => Math.ceil((2 ** (quarter / 4) - 1) * 2 ** 23)) as [
  number,
  number,
  number,
];

/** @param mask 1 where a weight is kept */
export function countMagnitudes(weights: Float32Array, mask: Uint8Array): MagnitudeCounts {
  const bits = new Uint32Array(weights.buffer, weights.byteOffset, weights.length);
  const all = new Uint32Array(BINS);
  let zero = 0;
  // Runs over every weight of every epoch: it reads arrays and calls nothing.
  for (let index = 0; index < bits.length; index++) {
    if (mask[index] === 0) continue;
    const size = bits[index]! & 0x7fffffff;
    if (size === 0) {
      zero += 1;
      continue;
    }
    const fraction = size & 0x7fffff;
    const quarter = Number(fraction >= SECOND) + Number(fraction >= THIRD) + Number(fraction >= FOURTH);
    all[((size >>> 23) << 2) + quarter]! += 1;
  }
  return { zero, ...trimmed(all) };
}

function trimmed(all: Uint32Array): Pick<MagnitudeCounts, 'first' | 'counts'> {
  const first = all.findIndex((count) => count > 0);
  if (first < 0) return { first: 0, counts: new Uint32Array(0) };
  return { first, counts: all.slice(first, all.findLastIndex((count) => count > 0) + 1) };
}

/** |w| from which a bin begins. */
export function binStart(bin: number): number {
  return 2 ** (bin / BINS_PER_OCTAVE - 127);
}

/** Counts of several layers together. */
export function sumMagnitudes(layers: readonly MagnitudeCounts[]): MagnitudeCounts {
  const all = new Uint32Array(BINS);
  let zero = 0;
  for (const layer of layers) {
    zero += layer.zero;
    for (let at = 0; at < layer.counts.length; at += 1) all[layer.first + at]! += layer.counts[at]!;
  }
  return { zero, ...trimmed(all) };
}

/** Kept weights that are counted. */
export function countedWeights({ zero, counts }: MagnitudeCounts): number {
  return counts.reduce((sum, count) => sum + count, zero);
}
