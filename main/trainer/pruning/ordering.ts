import { CascadeError } from '../../../common/errors.ts';
import { permutation, type Random } from '../random.ts';

const MAGNITUDE = 0x7fffffff;
const SIGN = 0x80000000;
/** Bits of the largest finite magnitude: those of infinity and of what is no number are greater. */
const LARGEST_FINITE = 0x7f7fffff;

/** Bits of a key that one pass sorts by: three passes make 32 bits, and the bins fit into the cache. */
const DIGIT = 11;
const BINS = 1 << DIGIT;
const PASSES = 3;

/**
 * Indices of the scores from the lowest to the highest, equal ones in random order; −0 equals 0. A radix sort, O(n): some
 * ten times as fast on millions of scores as a sort with a comparison.
 *
 * @param ties the stream that orders equal scores
 * @throws CascadeError BAD_SCORES for a score that is not finite
 */
export function ascendingOrder(scores: Float32Array, ties: Random): Uint32Array<ArrayBuffer> {
  const count = scores.length;
  const keys = sortableKeys(scores);
  let order = new Uint32Array(count);
  for (let index = 0; index < count; index++) order[index] = index;
  let next = new Uint32Array(count);
  for (let pass = 0; pass < PASSES; pass++) {
    const shift = pass * DIGIT;
    const starts = new Uint32Array(BINS);
    for (let index = 0; index < count; index++) starts[(keys[index]! >>> shift) & (BINS - 1)]!++;
    let start = 0;
    for (let bin = 0; bin < BINS; bin++) {
      const length = starts[bin]!;
      starts[bin] = start;
      start += length;
    }
    for (let position = 0; position < count; position++) {
      const index = order[position]!;
      const bin = (keys[index]! >>> shift) & (BINS - 1);
      next[starts[bin]!++] = index;
    }
    [order, next] = [next, order];
  }
  shuffleEqual(order, keys, ties);
  return order;
}

/** Puts every run of equal keys into random order. */
function shuffleEqual(order: Uint32Array, keys: Uint32Array, ties: Random): void {
  for (let start = 0; start < order.length;) {
    const key = keys[order[start]!]!;
    let end = start + 1;
    while (end < order.length && keys[order[end]!] === key) end++;
    if (end - start > 1) shuffle(order.subarray(start, end), ties);
    start = end;
  }
}

/** Puts the values into random order, in place. */
export function shuffle(values: Uint32Array, random: Random): void {
  const before = values.slice();
  permutation(values.length, random).forEach((from, to) => (values[to] = before[from]!));
}

/**
 * Unsigned integers in the order of the scores, −0 equal to 0: a magnitude's bits are in order already, and signs are
 * moved about 2³¹.
 *
 * @throws CascadeError BAD_SCORES for a score that is not finite
 */
export function sortableKeys(scores: Float32Array): Uint32Array {
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
  const keys = new Uint32Array(bits.length);
  for (let index = 0; index < bits.length; index++) {
    const score = bits[index]!;
    const magnitude = score & MAGNITUDE;
    if (magnitude > LARGEST_FINITE)
      throw new CascadeError(
        'BAD_SCORES',
        'Some scores are not finite numbers: the weights have diverged; lower the learning rate.',
      );
    keys[index] = score >>> 31 ? SIGN - magnitude : SIGN + magnitude;
  }
  return keys;
}
