import { defineMeasure } from './measure.ts';

export const learningRateMean = defineMeasure({
  id: 'learningRateMean',
  column: 'learning_rate_mean',
  title: 'Learning rate, mean',
  unit: 'rate',
  definition: 'Mean of η over the epoch’s steps.',
  better: null,
  logarithmic: true,
  epoch: ({ epoch }) => epoch.learningRateMean,
});
