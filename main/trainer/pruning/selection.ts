import { CascadeError } from '../../../common/errors.ts';
import type { Random } from '../random.ts';

/**
 * Exact selection of the k lowest scores. All of it is one module: V8 loads an imported binding anew in every turn of a
 * loop, which made the loops here more than twice as slow.
 */

/** Scores are handled as the bits of float32, which can be counted by, and compared without NaN's exceptions. */
const MAGNITUDE = 0x7fffffff;
/** Bits of the largest finite magnitude: those of infinity and of what is no number are greater. */
const LARGEST_FINITE = 0x7f7fffff;

/** With fewer scores a radix selection over all of them is as fast. */
const MANY = 1 << 17;
/** Scores that a bracket is taken from. */
const SAMPLE = 1 << 15;
/** Half a bracket's width, in standard deviations of a rank estimated from the sample. */
const DEVIATIONS = 4;
/** Halved keys lie between these; a bracket that reaches beyond the sample is open there. */
const LOWEST = -0x40000000;
const HIGHEST = 0x3fffffff;

/** High bits of a key that the radix selection first counts by; then it counts by the low ones, within one bin. */
const HALF = 16;
const HALF_MASK = 0xffff;
/** Makes the high halves of signed keys indices from 0. */
const OFFSET = 1 << 15;

/**
 * Marks the `count` lowest scores with 1: exactly that many. Where some of several equal scores are to go, a random order
 * over all of these decides: an order by index would empty the first layers. More marks are a superset of fewer, by the
 * same stream.
 *
 * O(n), without a sort. Among many scores, those below a narrow bracket around the `count`-th lowest are marked in one
 * pass, and an exact radix selection decides among the few inside it. The bracket comes from a sample and may miss; that
 * shows in the counts, and all scores then go through the radix selection.
 *
 * @param scores finite numbers; −0 equals 0. An infinite score is refused as one that is not a number is: it stems from
 *   weights that overflowed. A weight that must stay is left out of the scores
 * @param count 0 ≤ count ≤ scores.length
 * @param ties the stream that orders equal scores; one number is drawn for each of those at the threshold, and none where
 *   all of them go
 * @throws CascadeError BAD_SCORES for a score that is not finite, BAD_COUNT for a count out of range
 */
export function selectLowest(scores: Float32Array, count: number, ties: Random): Uint8Array<ArrayBuffer> {
  if (!Number.isInteger(count) || count < 0 || count > scores.length)
    throw new CascadeError('BAD_COUNT', `Cannot choose ${count} of ${scores.length} weights.`);
  const bits = new Int32Array(scores.buffer, scores.byteOffset, scores.length);
  const chosen = new Uint8Array(scores.length);
  const isRank = count > 0 && count < scores.length;
  const bracket = isRank && bits.length >= MANY ? markBelow(bits, count, chosen) : null;
  if (bracket) {
    markInside(bits, bracket, count, chosen, ties);
    return chosen;
  }
  refuseUnlessFinite(bits);
  if (!isRank) return chosen.fill(count === 0 ? 0 : 1);
  markLowest(bits, count, chosen.fill(0), ties);
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

/**
 * Maps the bits of a finite float32 to a signed integer in the same order; −0 and 0 are one.
 *
 * A magnitude's bits are in order already, and a negative number is the negative of its magnitude; this negates without
 * a branch, which random signs would mispredict half the time.
 */
function sortableKey(bits: number): number {
  const sign = bits >> 31;
  return ((bits & MAGNITUDE) ^ sign) - sign;
}

function refuseUnlessFinite(bits: Int32Array): void {
  for (let index = 0; index < bits.length; index++)
    if ((bits[index]! & MAGNITUDE) > LARGEST_FINITE) throw notFinite();
}

function notFinite(): CascadeError {
  return new CascadeError(
    'BAD_SCORES',
    'Some scores are not finite numbers: the weights have diverged; lower the learning rate.',
  );
}

interface Bracket {
  /** How many scores lie below the bracket; these are marked. */
  below: number;
  /** Indices of the scores inside the bracket, ascending; the score of the rank is among them. */
  inside: Int32Array;
}

/**
 * Marks with 1 all scores below a bracket around the score of `rank` (1-based), and with 0 the others.
 *
 * Keys are halved here, so that the difference of any two of them fits into 32 bits and its sign tells which is less.
 *
 * @returns null when the sample misled — the rank lies outside the bracket, or too many equal scores lie inside; the
 *   marks then mean nothing
 */
function markBelow(bits: Int32Array, rank: number, marks: Uint8Array): Bracket | null {
  const { low, high } = sampleBracket(bits, rank);
  const span = high - low;
  const inside = new Int32Array(bits.length >>> 4);
  let below = 0;
  let found = 0;
  // Turns negative, and stays so, with the first magnitude above the largest finite one.
  let excess = 0;
  for (let index = 0; index < bits.length; index++) {
    const score = bits[index]!;
    excess |= LARGEST_FINITE - (score & MAGNITUDE);
    const distance = (sortableKey(score) >> 1) - low;
    const isBelow = distance >>> 31;
    marks[index] = isBelow;
    below += isBelow;
    // Unsigned, a negative distance is beyond any span.
    if (distance >>> 0 <= span) {
      if (found === inside.length) return null;
      inside[found++] = index;
    }
  }
  if (excess < 0) throw notFinite();
  if (rank <= below || rank > below + found) return null;
  return { below, inside: inside.subarray(0, found) };
}

/** Halved keys between which the score of `rank` very likely lies, by scores at equal distances. */
function sampleBracket(bits: Int32Array, rank: number): { low: number; high: number } {
  const stride = bits.length / SAMPLE;
  const sample = new Int32Array(SAMPLE);
  for (let index = 0; index < SAMPLE; index++)
    sample[index] = sortableKey(bits[Math.floor(index * stride)]!) >> 1;
  sample.sort();
  const share = rank / bits.length;
  const expected = Math.floor(share * SAMPLE);
  const margin = Math.ceil(DEVIATIONS * Math.sqrt(SAMPLE * share * (1 - share))) + DEVIATIONS;
  return { low: sample[expected - margin] ?? LOWEST, high: sample[expected + margin] ?? HIGHEST };
}

/** Marks the lowest scores inside the bracket, as many as are still wanted. */
function markInside(
  bits: Int32Array,
  { below, inside }: Bracket,
  count: number,
  chosen: Uint8Array,
  ties: Random,
): void {
  const within = new Int32Array(inside.length);
  for (let position = 0; position < inside.length; position++) within[position] = bits[inside[position]!]!;
  const marks = new Uint8Array(inside.length);
  markLowest(within, count - below, marks, ties);
  for (let position = 0; position < inside.length; position++) chosen[inside[position]!] = marks[position]!;
}

/**
 * Marks with 1 the `count` lowest by a radix selection, equal ones in the order of `ties`, or of their index where that is
 * null; 0 < count ≤ bits.length.
 */
function markLowest(bits: Int32Array, count: number, marks: Uint8Array, ties: Random | null): void {
  const { key: limit, equal, left } = keyOfRank(bits, count);
  if (ties && left < equal) {
    markTied(bits, limit, marks, { equal, left, ties });
    return;
  }
  let open = left;
  for (let index = 0; index < bits.length; index++) {
    const key = sortableKey(bits[index]!);
    if (key < limit) marks[index] = 1;
    else if (key === limit && open > 0) {
      marks[index] = 1;
      open--;
    }
  }
}

/** Marks all below the limit and, of the `equal` ones at it, the `left` that a random number each puts first. */
function markTied(
  bits: Int32Array,
  limit: number,
  marks: Uint8Array,
  { equal, left, ties }: { equal: number; left: number; ties: Random },
): void {
  const tied = new Int32Array(equal);
  let found = 0;
  for (let index = 0; index < bits.length; index++) {
    const key = sortableKey(bits[index]!);
    if (key < limit) marks[index] = 1;
    else if (key === limit) tied[found++] = index;
  }
  // 31 random bits are the bits of a number from 0 on, which the selection takes as it takes a score's.
  const places = new Int32Array(equal);
  for (let position = 0; position < equal; position++) places[position] = ties.next() >>> 1;
  const first = new Uint8Array(equal);
  markLowest(places, left, first, null);
  for (let position = 0; position < equal; position++) marks[tied[position]!] = first[position]!;
}

/** The `rank`-th lowest key, how many are equal to it, and how many of these are among the `rank` lowest. */
function keyOfRank(bits: Int32Array, rank: number): { key: number; equal: number; left: number } {
  const highs = new Uint32Array(1 << HALF);
  for (let index = 0; index < bits.length; index++) highs[(sortableKey(bits[index]!) >> HALF) + OFFSET]!++;
  const high = locate(highs, rank);
  const bin = high.bin - OFFSET;

  const lows = new Uint32Array(1 << HALF);
  for (let index = 0; index < bits.length; index++) {
    const key = sortableKey(bits[index]!);
    if (key >> HALF === bin) lows[key & HALF_MASK]!++;
  }
  const low = locate(lows, rank - high.before);
  return {
    key: (bin << HALF) | low.bin,
    equal: lows[low.bin]!,
    left: rank - high.before - low.before,
  };
}

/** The bin that holds the `rank`-th lowest, and how many lie in the bins before it. */
function locate(histogram: Uint32Array, rank: number): { bin: number; before: number } {
  let before = 0;
  for (let bin = 0; bin < histogram.length; bin++) {
    if (before + histogram[bin]! >= rank) return { bin, before };
    before += histogram[bin]!;
  }
  throw new Error(`No key has rank ${rank}.`);
}
