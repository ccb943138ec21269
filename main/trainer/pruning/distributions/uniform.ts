import * as z from 'zod';
import type { Distribution } from './distribution.ts';

/** The same share of every chosen layer, rounded by largest remainder so that the counts sum exactly. */
export const uniform: Distribution = {
  name: 'uniform',
  title: 'The same share of every chosen layer',
  options: z.strictObject({ name: z.literal('uniform') }),
  counts(_options, layers, total) {
    const sizes = layers.map((layer) => layer.scores.length);
    const all = sizes.reduce((sum, size) => sum + size, 0);
    const exact = sizes.map((size) => (size * total) / all);
    const counts = exact.map(Math.floor);
    const rest = total - counts.reduce((sum, count) => sum + count, 0);
    const byRemainder = exact
      .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
      .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
    for (const { index } of byRemainder.slice(0, rest)) counts[index]! += 1;
    return counts;
  },
};
