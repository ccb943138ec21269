import * as z from 'zod';
import { defineCriterion } from './criterion.ts';
import { scaledScores, sensitivities } from './scaled-scores.ts';
import { exampleOptions, examplesOf } from './scoring-examples.ts';

const options = z.strictObject({
  name: z.literal('snip'),
  ...exampleOptions(128),
  iterations: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe('Rounds, scored anew after each: 1 as in SNIP, 300 in iterative SNIP (arXiv 2006.09081).'),
});

/**
 * |∂L/∂c| / Σ|∂L/∂c| for the factor c = 1 of each weight, which is |∂L/∂w · w| divided by its sum over the chosen layers:
 * saliency on one mini-batch, meant for initialisation. On the same examples both rank the weights alike.
 */
export const snip = defineCriterion({
  name: 'snip',
  title: 'SNIP: smallest connection sensitivity on one mini-batch',
  source: 'Lee et al., arXiv 1810.02340, eq. 6',
  options,
  scoringRounds: ({ iterations }) => iterations,
  scores(given, { layers, derivatives }) {
    const gradients = derivatives.lossGradients(examplesOf(given), layers);
    return scaledScores(layers, 'sum', (layer) => sensitivities(layer, gradients.get(layer.name)!));
  },
});
