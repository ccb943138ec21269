import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const learningRateLast = defineMeasure({
  id: 'learningRateLast',
  column: 'learning_rate_last',
  title: 'Learning rate, last step',
  unit: 'rate',
  definition: 'η of the epoch’s last step.',
  better: null,
  logarithmic: true,
  stored: { epoch: stored('epoch.learning_rate_last') },
  epoch: ({ epoch }) => epoch.learningRateLast,
});
