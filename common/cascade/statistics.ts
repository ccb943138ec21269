/** Statistics of several runs: spread over seeds, and how much of what they kept is the same. */

/** NaN of no values. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

/** The sample standard deviation (divided by n − 1); NaN of fewer than two values, whose spread is not known. */
export function standardDeviation(values: ArrayLike<number>): number {
  if (values.length < 2) return NaN;
  const center = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += ((values[i] as number) - center) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

export interface Overlap {
  /** |A ∩ B| ÷ |A ∪ B|; 1 of two empty sets. */
  jaccard: number;
  /** What two independent random sets of these sizes among as many weights have in common, by the mean of |A ∩ B|. */
  expected: number;
}

/**
 * Overlap of two sets of weights, each a bit plane (one bit a weight, least significant first, as in epoch records).
 * Bits past the last weight must be 0. To compare kept sets, hand in the complements of pruned planes.
 */
export function overlap(a: Uint8Array, b: Uint8Array, weights: number): Overlap {
  let [sizeA, sizeB, both] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [byteA, byteB] = [a[i] as number, b[i] ?? 0];
    sizeA += bitCount(byteA);
    sizeB += bitCount(byteB);
    both += bitCount(byteA & byteB);
  }
  return { jaccard: jaccard(sizeA, sizeB, both), expected: jaccard(sizeA, sizeB, (sizeA * sizeB) / weights) };
}

/** The complement of a plane among its weights. */
export function complement(plane: Uint8Array, weights: number): Uint8Array<ArrayBuffer> {
  const flipped = Uint8Array.from(plane, (byte) => ~byte);
  const rest = weights % 8;
  const last = flipped.length - 1;
  if (rest !== 0) flipped[last] = (flipped[last] as number) & ((1 << rest) - 1);
  return flipped;
}

function jaccard(sizeA: number, sizeB: number, both: number): number {
  const either = sizeA + sizeB - both;
  return either === 0 ? 1 : both / either;
}

function bitCount(byte: number): number {
  const pairs = byte - ((byte >> 1) & 0x55);
  const nibbles = (pairs & 0x33) + ((pairs >> 2) & 0x33);
  return (nibbles + (nibbles >> 4)) & 0x0f;
}
