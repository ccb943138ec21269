import * as z from 'zod';
import { defineDistribution } from './distribution.ts';

/** The lowest scores over all chosen layers together; equal ones in random order over all of these. */
export const global = defineDistribution({
  name: 'global',
  title: 'Lowest scores over all chosen layers together',
  source: 'Known as GMP with magnitudes: see Renda et al., arXiv 2003.02389',
  options: z.strictObject({ name: z.literal('global') }),
  keys: (_options, scores) => scores,
});
