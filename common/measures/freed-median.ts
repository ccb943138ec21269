import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const freedMedian = defineMeasure({
  id: 'freedMedian',
  column: 'freed_median',
  title: 'Median |w| in freed channels',
  unit: 'magnitude',
  definition:
    'Median size of the kept weights in channels that were freed over the epoch. The size of a weight is taken to be the root mean square of its channel’s.',
  formula: 'median over kept weights of  ‖w of the channel‖ ÷ √(weights it keeps)',
  better: null,
  logarithmic: true,
  stored: { epoch: stored('epoch.freed_median') },
  epoch: ({ epoch }) => epoch.freedMedian,
});
