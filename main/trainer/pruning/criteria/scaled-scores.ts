import { CascadeError } from '../../../../common/errors.ts';
import type { ScoredLayer } from './criterion.ts';

/**
 * Scores in float64, all divided by one positive number, in float32: by the largest magnitude, so that none overflows
 * and the small ones keep as many binades below it as float32 has, or by the sum of the magnitudes.
 *
 * Where every score is zero, nothing tells the weights apart. In a network that was pruned before, that comes of layers
 * or paths that are gone already, and the scores stay zeros; in a whole one it is a mistake, and refused.
 *
 * @throws CascadeError BAD_SCORES for scores that are not finite, or all zero in a network that is not pruned
 */
export function scaledScores(
  layers: readonly ScoredLayer[],
  by: 'largest' | 'sum',
  score: (layer: ScoredLayer) => Float64Array,
): Map<string, Float32Array> {
  const scores = new Map(layers.map((layer) => [layer.name, score(layer)]));
  let largest = 0;
  let sum = 0;
  for (const values of scores.values())
    for (let index = 0; index < values.length; index++) {
      const magnitude = Math.abs(values[index]!);
      // A comparison alone would pass over what is no number.
      sum += magnitude;
      if (magnitude > largest) largest = magnitude;
    }
  if (Number.isNaN(sum) || largest === Infinity)
    throw new CascadeError(
      'BAD_SCORES',
      'Some scores are not finite numbers: the weights have diverged or the network is too deep for its scale; lower the learning rate, or choose another criterion.',
    );
  if (largest === 0 && layers.every(({ mask }) => !mask.includes(0)))
    throw new CascadeError(
      'BAD_SCORES',
      'Every score is zero: no gradient reaches the chosen layers, as behind saturated or dead activations; choose another criterion.',
    );
  const divisor = (by === 'sum' ? sum : largest) || 1;
  return new Map([...scores].map(([name, values]) => [name, divided(values, divisor)]));
}

function divided(values: Float64Array, divisor: number): Float32Array {
  const quotients = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) quotients[index] = values[index]! / divisor;
  return quotients;
}

/** |weight · derivative| of every weight of a layer. */
export function sensitivities({ weights }: ScoredLayer, derivatives: Float64Array): Float64Array {
  const values = new Float64Array(weights.length);
  for (let index = 0; index < weights.length; index++)
    values[index] = Math.abs(weights[index]! * derivatives[index]!);
  return values;
}
