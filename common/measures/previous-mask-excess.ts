import { currentExcess } from '../last-excess.ts';
import { defineMeasure } from './measure.ts';
import { storedExcess } from './stored.ts';

export const previousMaskExcess = defineMeasure({
  id: 'previousMaskExcess',
  column: 'previous_mask_excess',
  title: 'Cascade excess over the previous mask',
  short: 'Excess over previous mask',
  unit: 'points',
  of: 'kept weights',
  definition:
    'How much more of the kept weights is shed than among the very same weights of the control that kept the mask before the last pruning.',
  formula: 'share shed here  −  share of the same weights shed in the control',
  better: null,
  logarithmic: false,
  each: 'threshold',
  stored: { epoch: storedExcess('previous_mask'), layer: storedExcess('previous_mask') },
  epoch: ({ compared }, threshold) => compared('previous-mask')?.excess[threshold] ?? null,
  layer: ({ compared }, threshold) => compared('previous-mask')?.excess[threshold] ?? null,
  run: (run, threshold) => currentExcess(run, 'previous-mask', threshold),
});
