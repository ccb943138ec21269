import { defineMeasure } from './measure.ts';
import { sharesCompared } from './stored.ts';

export const previousMaskControlShed = defineMeasure({
  id: 'previousMaskControlShed',
  column: 'previous_mask_shed_of_kept',
  title: 'Shed in the previous-mask control, same weights',
  unit: 'share',
  of: 'weights that the run keeps',
  definition:
    'Share of the very weights that the pruned run kept that are at the threshold τ or below in the control that kept the mask before the last pruning, after the same epoch. The excess is the run’s share minus this one.',
  formula: 'kept by the run and |w| ≤ τ in the control  ÷  kept by the run',
  better: null,
  logarithmic: false,
  each: 'threshold',
  stored: { epoch: sharesCompared('previous_mask').control, layer: sharesCompared('previous_mask').control },
  epoch: ({ compared }, threshold) => compared('previous-mask')?.control[threshold] ?? null,
  layer: ({ compared }, threshold) => compared('previous-mask')?.control[threshold] ?? null,
});
