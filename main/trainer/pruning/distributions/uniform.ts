import * as z from 'zod';
import { ascendingOrder } from '../ordering.ts';
import { defineDistribution } from './distribution.ts';

/**
 * The same share of every chosen layer, in whole weights or units that sum exactly. A layer that has lost more already
 * keeps its count, and the others share what is left.
 */
export const uniform = defineDistribution({
  name: 'uniform',
  title: 'The same share of every chosen layer',
  source: 'Zhu & Gupta, arXiv 1710.01878',
  options: z.strictObject({ name: z.literal('uniform') }),
  amounts(_options, layers, total) {
    const counts = layers.map(({ pruned }) => pruned);
    let open = layers.map((_, index) => index);
    let rest = total;
    for (;;) {
      const shares = apportion(
        open.map((index) => layers[index]!.size),
        rest,
      );
      const within = open.filter((index, position) => counts[index]! <= shares[position]!);
      if (within.length === open.length) {
        open.forEach((index, position) => (counts[index] = shares[position]!));
        return counts;
      }
      for (const index of open) if (!within.includes(index)) rest -= counts[index]!;
      open = within;
    }
  },
  /** Each unit's rank among all of its layer: the lowest of them, taken over all layers, are the same share of each. */
  keys(_options, scores, { size, pruned }, ties) {
    const keys = new Float32Array(scores.length);
    ascendingOrder(scores, ties).forEach((index, rank) => (keys[index] = (pruned + rank + 0.5) / size));
    return keys;
  },
});

/** Whole numbers in proportion to the sizes that sum to `total`, by largest remainder; the earlier of equal ones first. */
function apportion(sizes: readonly number[], total: number): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const parts = sizes.map((size, index) => {
    const remainder = (size * total) % all;
    return { index, remainder, count: (size * total - remainder) / all };
  });
  const rest = total - parts.reduce((sum, { count }) => sum + count, 0);
  const first = parts.toSorted((a, b) => b.remainder - a.remainder || a.index - b.index).slice(0, rest);
  for (const part of first) part.count += 1;
  return parts.map(({ count }) => count);
}
