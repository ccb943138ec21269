import * as z from 'zod';
import type { Criterion } from './criterion.ts';

/** |w|, not divided by anything: with the global distribution this is global magnitude pruning (GMP). */
export const magnitude: Criterion = {
  name: 'magnitude',
  title: 'Smallest magnitudes',
  options: z.strictObject({ name: z.literal('magnitude') }),
  scores: (_options, layer) => layer.weights.map(Math.abs),
};
