import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const learningRateMean = defineMeasure({
  id: 'learningRateMean',
  column: 'learning_rate_mean',
  title: 'Learning rate, mean',
  unit: 'rate',
  definition: 'Mean of η over the epoch’s steps.',
  better: null,
  logarithmic: true,
  stored: { epoch: stored('epoch.learning_rate_mean') },
  epoch: ({ epoch }) => epoch.learningRateMean,
});
