import { defineMeasure } from './measure.ts';

export const learningRate = defineMeasure({
  id: 'learningRate',
  column: 'learning_rate_first',
  title: 'Learning rate, first step',
  short: 'Learning rate',
  unit: 'rate',
  definition: 'η of the epoch’s first step.',
  better: null,
  logarithmic: true,
  epoch: ({ epoch }) => epoch.learningRate,
});
