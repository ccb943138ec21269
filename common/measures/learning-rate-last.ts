import { defineMeasure } from './measure.ts';

export const learningRateLast = defineMeasure({
  id: 'learningRateLast',
  column: 'learning_rate_last',
  title: 'Learning rate, last step',
  unit: 'rate',
  definition: 'η of the epoch’s last step.',
  better: null,
  logarithmic: true,
  epoch: ({ epoch }) => epoch.learningRateLast,
});
