import * as z from 'zod';
import { defineCriterion } from './criterion.ts';
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
 * |∂R/∂θ · θ| of the synaptic flow R, which looks at no data. As much of it flows out of every unit as into it where
 * nothing is added to it (biases, β, running means): the layers of a chain all come to the same sum, the branches of a
 * block share it, and a squeeze-and-excite gate takes half of what flows through the channels that it scales. So the
 * fewer weights a layer has left, the higher they score, and no cut through the network is emptied before all others.
 * A block that an identity shortcut leads past is no cut: at high sparsities all of its layers may go together. What
 * stands for activations and gates is in `scoring/flow-through.ts`. Divided by the largest, which changes no order: R
 * itself grows beyond float32 in deep networks.
 */
export const synflow = defineCriterion({
  name: 'synflow',
  title:
    'SynFlow: smallest synaptic flow, without data; every activation counts as ReLU, a gated channel as the geometric mean of features and gate',
  source: 'Tanaka et al., arXiv 2006.05467, eq. 3 and algorithm 1',
  options,
  scoringRounds: ({ iterations }) => iterations,
  scores(_given, { layers, derivatives }) {
    const flows = derivatives.synapticFlow(layers);
    return scaledScores(layers, 'largest', (layer) => sensitivities(layer, flows.get(layer.name)!));
  },
});
