import * as z from 'zod';

/** Options of all figures that are drawn as bars. */
export const barOptions = {
  columns: z.int().min(1).max(6).default(2).describe('Panels side by side.'),
  yLimits: z
    .tuple([z.number().nullable(), z.number().nullable()])
    .default([null, null])
    .describe('Where the axis begins and ends, as drawn; null for 0 and what follows from the numbers.'),
  seeds: z.boolean().default(true).describe('Whether each run has a dot.'),
};
