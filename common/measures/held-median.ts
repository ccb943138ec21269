import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const heldMedian = defineMeasure({
  id: 'heldMedian',
  column: 'held_median',
  title: 'Median |w| in held channels',
  unit: 'magnitude',
  definition:
    'Median size of the kept weights in channels that were not freed over the epoch. The size of a weight is taken to be the root mean square of its channel’s.',
  formula: 'median over kept weights of  ‖w of the channel‖ ÷ √(weights it keeps)',
  better: null,
  logarithmic: true,
  stored: { epoch: stored('epoch.held_median') },
  epoch: ({ epoch }) => epoch.heldMedian,
});
