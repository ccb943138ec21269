import * as z from 'zod';

/** Options of all figures that are drawn as matrices. */
export const matrixOptions = {
  columns: z.int().min(1).max(6).default(2).describe('Panels side by side.'),
  limits: z
    .tuple([z.number().nullable(), z.number().nullable()])
    .default([null, null])
    .describe('Where the colours begin and end, as drawn; null for what follows from the numbers.'),
  values: z.boolean().default(true).describe('Whether numbers stand in the cells, where all of them fit.'),
};
