import { currentExcess } from '../last-excess.ts';
import { defineMeasure } from './measure.ts';
import { storedExcess } from './stored.ts';

export const excess = defineMeasure({
  id: 'excess',
  column: 'excess',
  title: 'Cascade excess',
  short: 'Excess',
  unit: 'points',
  of: 'kept weights',
  definition:
    'Share of the kept weights that is shed, minus the share of the very same weights that is shed in the control (the dense one unless another is named). Without it, shedding proves no cascade.',
  formula: 'share shed here  −  share of the same weights shed in the control',
  better: null,
  logarithmic: false,
  each: 'threshold',
  stored: { epoch: storedExcess('dense'), layer: storedExcess('dense') },
  epoch: ({ compared }, threshold) => compared('dense')?.excess[threshold] ?? null,
  layer: ({ compared }, threshold) => compared('dense')?.excess[threshold] ?? null,
  run: (run, threshold) => currentExcess(run, 'dense', threshold),
});
