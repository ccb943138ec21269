import { defineReckonedMeasure, meanOverKept } from './reckoning.ts';

export const meanMagnitude = defineReckonedMeasure({
  id: 'meanMagnitude',
  column: 'mean_magnitude',
  title: 'Mean |w| of kept weights',
  short: 'Mean |w|',
  unit: 'magnitude',
  definition:
    'Mean magnitude of the weights that the mask keeps. Beside the norm, which the largest weights dominate, it tells whether many weights shrink or few.',
  formula: 'Σ |w|  ÷  kept weights',
  better: null,
  logarithmic: true,
  reckoning: {
    kernel({ weights, kept }) {
      let sum = 0;
      // Pruned weights are 0 and add nothing.
      for (let index = 0; index < weights.length; index++) sum += Math.abs(weights[index]!);
      return kept === 0 ? null : sum / kept;
    },
    network: meanOverKept,
  },
});
