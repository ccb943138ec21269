import * as z from 'zod';
import { selectUnits } from '../unit-selection.ts';
import { defineGranularity } from './granularity.ts';

/** Unstructured pruning: each weight is chosen by itself. */
export const weight = defineGranularity({
  name: 'weight',
  title: 'Single weights (unstructured)',
  source: 'Han et al., arXiv 1506.02626',
  options: z.strictObject({ name: z.literal('weight') }),
  masks(_options, { layers, sparsity, distribution, ties }) {
    const units = layers.map(({ name, kind, shape, scores, mask }) => {
      return { name, kind, shape, scores, kept: mask, unit: 1, largest: 1, weights: mask.length };
    });
    return selectUnits(units, distribution, sparsity, ties).map((marks, position) => {
      const { mask } = layers[position]!;
      // The marks become the mask: at 25 million weights, another array is felt.
      for (let index = 0; index < mask.length; index++) marks[index] = mask[index]! & (marks[index]! ^ 1);
      return marks;
    });
  },
});
