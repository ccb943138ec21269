import * as z from 'zod';
import { defineCriterion } from './criterion.ts';
import { scaledScores } from './scaled-scores.ts';
import { batchSizeOption } from './scoring-examples.ts';

const options = z.strictObject({
  name: z.literal('grasp'),
  perClass: z
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .describe('Training examples of each class that the gradient is a mean over, without augmentation.'),
  batchSize: batchSizeOption,
  temperature: z
    .number()
    .positive()
    .max(1e6)
    .default(200)
    .describe('Logits are divided by it before the softmax; 200 as in the authors’ code.'),
});

/**
 * θ·Hg, lowest first. Removing weights θ changes the gradient flow ‖g‖² by S(−θ) = −θ·Hg to first order (up to a factor):
 * the paper removes the weights of highest S(−θ), without which the gradient flow is greatest, and so does its code. H
 * and g are of all kernels, taken over the same examples.
 */
export const grasp = defineCriterion({
  name: 'grasp',
  title: 'GraSP: weights whose removal preserves the gradient flow',
  source: 'Wang et al., arXiv 2002.07376, eq. 8',
  options,
  signed: true,
  scores({ perClass, batchSize, temperature }, { layers, derivatives }) {
    const products = derivatives.hessianGradient({ count: { perClass }, batchSize }, temperature, layers);
    return scaledScores(layers, 'largest', ({ name, weights }) => {
      const product = products.get(name)!;
      return Float64Array.from(weights, (weight, index) => weight * product[index]!);
    });
  },
});
