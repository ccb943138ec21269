import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const learningRate = defineMeasure({
  id: 'learningRate',
  column: 'learning_rate_first',
  title: 'Learning rate, first step',
  short: 'Learning rate',
  unit: 'rate',
  definition: 'η of the epoch’s first step.',
  better: null,
  logarithmic: true,
  stored: { epoch: stored('epoch.learning_rate') },
  epoch: ({ epoch }) => epoch.learningRate,
});
