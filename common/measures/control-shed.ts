import { currentExcess } from '../last-excess.ts';
import { defineMeasure } from './measure.ts';
import { sharesCompared } from './stored.ts';

export const controlShed = defineMeasure({
  id: 'controlShed',
  column: 'control_shed_of_kept',
  title: 'Shed in the control, same weights',
  short: 'Same in control',
  unit: 'share',
  of: 'weights that the run keeps',
  definition:
    'Share of the very weights that the pruned run kept whose magnitude in the dense control is at the threshold τ or below, after the same epoch. The excess is the run’s share minus this one.',
  formula: 'kept by the run and |w| ≤ τ in the control  ÷  kept by the run',
  better: null,
  logarithmic: false,
  each: 'threshold',
  stored: { epoch: sharesCompared('dense').control, layer: sharesCompared('dense').control },
  epoch: ({ compared }, threshold) => compared('dense')?.control[threshold] ?? null,
  layer: ({ compared }, threshold) => compared('dense')?.control[threshold] ?? null,
  // Of a run, the two that are stored: its own share, and how far that is over the control's.
  run: (run, threshold) => {
    const [here, over] = [run.states?.shed[threshold] ?? null, currentExcess(run, 'dense', threshold)];
    return here === null || over === null ? null : here - over;
  },
});
