import * as z from 'zod';
import { CascadeError } from '../../../../common/errors.ts';
import { normBehind } from '../../scoring/norm-behind.ts';
import { defineCriterion, layerwise } from './criterion.ts';

/** |γ| of the batch norm behind a weight's output channel; all weights of a channel score alike. */
export const batchNormScale = defineCriterion({
  name: 'batch-norm-scale',
  title: 'Smallest scales of the batch norm behind the channel (network slimming)',
  source: 'Liu et al., arXiv 1708.06519, section 3',
  options: z.strictObject({ name: z.literal('batch-norm-scale') }),
  untrained:
    'batch-norm-scale has nothing to tell channels apart by before the first step, when every scale is 1: prune later, or start from a file of weights',
  scores: (_options, { derivatives, ...context }) =>
    layerwise({ ...context, derivatives }, ({ name, weights }) => {
      const scales = derivatives.normScales(name);
      if (!scales) throw new CascadeError('INVALID_STUDY', `${sentence([name])}.`);
      const scores = new Float32Array(weights.length);
      // In every kernel's flattening the output channel runs fastest.
      for (let index = 0; index < weights.length; index++) scores[index] = scales[index % scales.length]!;
      return scores;
    }),
  refusal(_options, network, layers) {
    const without = layers.filter(({ name }) => !normBehind(network, name)).map(({ name }) => name);
    return without.length > 0 ? sentence(without) : null;
  },
});

function sentence(layers: readonly string[]): string {
  return `batch-norm-scale needs a batch norm right behind every chosen layer, and there is none behind ${layers.join(', ')}: leave ${layers.length > 1 ? 'them' : 'it'} out with layers.except`;
}
