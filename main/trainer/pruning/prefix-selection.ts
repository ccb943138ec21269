import type { Random } from '../random.ts';
import { shuffle, sortableKeys } from './ordering.ts';

const HALF = 16;
const HALF_MASK = 0xffff;

export interface Prefix {
  /** 1 for the units of the prefix. */
  marks: Uint8Array<ArrayBuffer>;
  /** Sum of their sizes. */
  taken: number;
  /** The unit that would follow, and does not fit; −1 where all fit. */
  next: number;
}

/**
 * The longest row of units in ascending order of their scores, equal ones in random order, whose sizes sum to no more than
 * `room`. O(n), without a sort: sizes are summed by the high half of the scores' keys, then by the low half
 * where the row ends.
 *
 * @param sizes at least 1 each
 * @param ties the stream that orders equal scores
 * @throws CascadeError BAD_SCORES for a score that is not finite
 */
export function longestPrefix(scores: Float32Array, sizes: Uint32Array, room: number, ties: Random): Prefix {
  const keys = sortableKeys(scores);
  const marks = new Uint8Array(keys.length);
  const highs = new Float64Array(1 << HALF);
  for (let unit = 0; unit < keys.length; unit++) highs[keys[unit]! >>> HALF]! += sizes[unit]!;
  const high = binBeyond(highs, room);
  if (!high) return { marks: marks.fill(1), taken: highs.reduce((sum, size) => sum + size, 0), next: -1 };

  const lows = new Float64Array(1 << HALF);
  for (let unit = 0; unit < keys.length; unit++)
    if (keys[unit]! >>> HALF === high.bin) lows[keys[unit]! & HALF_MASK]! += sizes[unit]!;
  const low = binBeyond(lows, room - high.before)!;
  const limit = ((high.bin << HALF) | low.bin) >>> 0;

  const equal: number[] = [];
  for (let unit = 0; unit < keys.length; unit++) {
    if (keys[unit]! < limit) marks[unit] = 1;
    else if (keys[unit] === limit) equal.push(unit);
  }
  const tied = Uint32Array.from(equal);
  if (tied.length > 1) shuffle(tied, ties);
  let taken = high.before + low.before;
  for (const unit of tied) {
    if (taken + sizes[unit]! > room) return { marks, taken, next: unit };
    taken += sizes[unit]!;
    marks[unit] = 1;
  }
  throw new Error(`The units at the limit fit into the room of ${room}.`);
}

/** The first bin with which the sum is beyond the room, and the sum of those before it; null where all fit. */
function binBeyond(sums: Float64Array, room: number): { bin: number; before: number } | null {
  let before = 0;
  for (let bin = 0; bin < sums.length; bin++) {
    if (before + sums[bin]! > room) return { bin, before };
    before += sums[bin]!;
  }
  return null;
}
