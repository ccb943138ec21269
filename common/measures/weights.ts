import { underIdea } from './ideas.ts';
import { defineMeasure } from './measure.ts';
import { WEIGHTS_LEFT } from './stored.ts';

export const weights = defineMeasure({
  id: 'weights',
  column: 'weights',
  title: 'Weights',
  unit: 'count',
  definition: 'Weights of the prunable kernels that are left.',
  better: 'lower',
  logarithmic: true,
  each: 'idea',
  stored: WEIGHTS_LEFT,
  epoch: ({ epoch }, idea) => underIdea(epoch.costs, idea)?.weights ?? null,
  layer: ({ costs }, idea) => underIdea(costs, idea)?.weights ?? null,
});
