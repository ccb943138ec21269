import * as z from 'zod';
import type { Distribution } from './distribution.ts';

/**
 * The same share of every chosen layer, in whole weights that sum exactly. A layer that has lost more already keeps its
 * count, and the others share what is left.
 */
export const uniform: Distribution = {
  name: 'uniform',
  title: 'The same share of every chosen layer',
  options: z.strictObject({ name: z.literal('uniform') }),
  counts(_options, layers, total) {
    const sizes = layers.map(({ mask }) => mask.length);
    const counts = layers.map(({ mask }) => mask.reduce((pruned, kept) => pruned + 1 - kept, 0));
    let open = layers.map((_, index) => index);
    let rest = total;
    for (;;) {
      const shares = apportion(
        open.map((index) => sizes[index]!),
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
};

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
