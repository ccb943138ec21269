import * as z from 'zod';
import { CascadeError } from '../../../../common/errors.ts';
import type { Criterion, ScoredLayer } from './criterion.ts';
import { scaledScores, sensitivities } from './scaled-scores.ts';

/** Layers that a refusal names; it counts the rest. */
const NAMED = 3;

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
 * order: R itself grows beyond float32 in deep networks. Activations that saturate (ReLU6, sigmoids) may stop the flow
 * altogether; in a network that is still whole that is refused, for it would empty layers that do matter.
 */
export const synflow: Criterion = {
  name: 'synflow',
  title: 'SynFlow: smallest synaptic flow, without data',
  source: 'Tanaka et al., arXiv 2006.05467, eq. 3 and algorithm 1',
  options,
  rounds: (given) => options.parse(given).iterations,
  scores(_given, { layers, probe }) {
    const flows = probe.synapticFlow(layers);
    const scores = scaledScores(layers, 'largest', (layer) => sensitivities(layer, flows.get(layer.name)!));
    if (layers.every(isWhole)) refuseStopped(scores);
    return scores;
  },
};

function isWhole({ mask }: ScoredLayer): boolean {
  return !mask.includes(0);
}

/** @throws CascadeError BAD_SCORES when no score of some layer is above zero */
function refuseStopped(scores: ReadonlyMap<string, Float32Array>): void {
  const stopped = [...scores].filter(([, values]) => values.every((score) => score === 0));
  if (stopped.length === 0) return;
  const more = stopped.length - NAMED;
  const names = stopped.slice(0, NAMED).map(([name]) => name);
  throw new CascadeError(
    'BAD_SCORES',
    `No synaptic flow passes through ${names.join(', ')}${more > 0 ? ` and ${more} layers more` : ''}: activations that saturate, such as ReLU6 or hard-sigmoid, stop it; leave these layers out with layers.except, or choose another criterion.`,
  );
}
