import * as z from 'zod';
import type { Criterion } from './criterion.ts';
import { scaledScores, sensitivities } from './scaled-scores.ts';

const options = z.strictObject({
  name: z.literal('synflow'),
  iterations: z
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .describe(
      'Rounds, scored anew after each: with many, no layer loses its last weight before another must.',
    ),
});

/**
 * |∂R/∂θ · θ| of the synaptic flow R, which looks at no data. Within each layer the scores add up to the same where there
 * are no biases, so the fewer weights a layer has left the higher they score. Divided by the largest, which changes no
 * order: R itself grows beyond float32 in deep networks.
 */
export const synflow: Criterion = {
  name: 'synflow',
  title: 'SynFlow: smallest synaptic flow, without data',
  source: 'Tanaka et al., arXiv 2006.05467, eq. 3 and algorithm 1',
  options,
  rounds: (given) => options.parse(given).iterations,
  scores(_given, { layers, probe }) {
    const flows = probe.synapticFlow(layers);
    return scaledScores(layers, 'largest', (layer) => sensitivities(layer, flows.get(layer.name)!));
  },
};
