import * as z from 'zod';
import { defineCriterion } from './criterion.ts';
import { scaledScores, sensitivities } from './scaled-scores.ts';
import { exampleOptions, examplesOf } from './scoring-examples.ts';

const options = z.strictObject({ name: z.literal('saliency'), ...exampleOptions(1024) });

/**
 * |∂L/∂w · w|: by how much the loss changes, to first order, when the weight is removed, over several batches of a
 * network at any age. Divided by the largest, which changes no order.
 */
export const saliency = defineCriterion({
  name: 'saliency',
  title: 'Smallest gradient × weight: least change of the loss, to first order',
  source:
    'Mozer & Smolensky, NIPS 1989; Molchanov et al., arXiv 1611.06440; per weight as in Blalock et al., arXiv 2003.03033',
  options,
  scores(given, { layers, derivatives }) {
    const gradients = derivatives.lossGradients(examplesOf(given), layers);
    return scaledScores(layers, 'largest', (layer) => sensitivities(layer, gradients.get(layer.name)!));
  },
});
