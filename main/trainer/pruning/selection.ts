import { CascadeError } from '../../../common/errors.ts';

/** High bits of a key that the first pass counts by; the second pass counts the rest within one bin. */
const HIGH_BITS = 16;
const LOW_MASK = 0xffff;

/**
 * Marks the `count` lowest scores with 1: exactly that many, equal scores in order of their index.
 *
 * A radix selection over the float's bits, O(n) in three passes: no sort, no copy of the scores.
 *
 * @param scores finite numbers; −0 equals 0
 * @param count 0 ≤ count ≤ scores.length
 * @throws CascadeError BAD_SCORES for a score that is not a number
 */
export function selectLowest(scores: Float32Array, count: number): Uint8Array {
  const chosen = new Uint8Array(scores.length);
  if (!Number.isInteger(count) || count < 0 || count > scores.length)
    throw new CascadeError('BAD_COUNT', `Can not choose ${count} of ${scores.length} weights.`);
  if (count === 0) return chosen;
  if (count === scores.length) return chosen.fill(1);

  const bits = new Int32Array(scores.buffer, scores.byteOffset, scores.length);
  const { bin, before } = binOfRank(bits, count);
  const { low, ties } = lowOfRank(bits, bin, count - before);
  const limit = ((bin << HIGH_BITS) | low) >>> 0;
  let left = ties;
  for (let index = 0; index < bits.length; index++) {
    const key = sortableKey(bits[index]!);
    if (key < limit) chosen[index] = 1;
    else if (key === limit && left > 0) {
      chosen[index] = 1;
      left--;
    }
  }
  return chosen;
}

/** The scores of kept weights (mask 1), in order. */
export function keptScores(scores: Float32Array, mask: Uint8Array): Float32Array {
  let count = 0;
  for (let index = 0; index < mask.length; index++) count += mask[index]!;
  if (count === scores.length) return scores;
  const kept = new Float32Array(count);
  let position = 0;
  for (let index = 0; index < mask.length; index++) if (mask[index]) kept[position++] = scores[index]!;
  return kept;
}

/** Maps float32 bits to an unsigned integer in the same order; −0 and 0 are one. */
function sortableKey(bits: number): number {
  if (bits >= 0) return (bits | 0x80000000) >>> 0;
  return bits === -0x80000000 ? 0x80000000 : ~bits >>> 0;
}

/** The bin of high bits that holds the `rank`-th lowest key, and how many keys lie below that bin. */
function binOfRank(bits: Int32Array, rank: number): { bin: number; before: number } {
  const histogram = new Uint32Array(1 << HIGH_BITS);
  for (let index = 0; index < bits.length; index++) histogram[sortableKey(bits[index]!) >>> HIGH_BITS]!++;
  // Not-a-number has the exponent of infinity and a fraction: its keys lie above +∞ or below −∞.
  const infinity = sortableKey(0x7f800000) >>> HIGH_BITS;
  const minusInfinity = sortableKey(0xff800000 | 0) >>> HIGH_BITS;
  for (let bin = 0; bin < histogram.length; bin++)
    if ((bin >= infinity || bin <= minusInfinity) && histogram[bin]! > 0)
      throw new CascadeError(
        'BAD_SCORES',
        'Some scores are not finite numbers: the weights have diverged; lower the learning rate.',
      );
  return locate(histogram, rank);
}

/** Within one bin: the low bits of the `rank`-th lowest key there, and how many equal to it are wanted. */
function lowOfRank(bits: Int32Array, bin: number, rank: number): { low: number; ties: number } {
  const histogram = new Uint32Array(LOW_MASK + 1);
  for (let index = 0; index < bits.length; index++) {
    const key = sortableKey(bits[index]!);
    if (key >>> HIGH_BITS === bin) histogram[key & LOW_MASK]!++;
  }
  const { bin: low, before } = locate(histogram, rank);
  return { low, ties: rank - before };
}

function locate(histogram: Uint32Array, rank: number): { bin: number; before: number } {
  let before = 0;
  for (let bin = 0; bin < histogram.length; bin++) {
    if (before + histogram[bin]! >= rank) return { bin, before };
    before += histogram[bin]!;
  }
  throw new Error(`No key has rank ${rank}.`);
}
