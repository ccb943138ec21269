import { defineMeasure } from './measure.ts';
import { atThreshold, KEPT, storedShare } from './stored.ts';

export const shed = defineMeasure({
  id: 'shed',
  column: 'shed_of_kept',
  title: 'Shed',
  unit: 'share',
  of: 'kept weights',
  definition:
    'Kept weights whose magnitude fell to the threshold τ or below by training alone. Share of the kept weights, always at a named threshold.',
  formula: 'mask = 1 and |w| ≤ τ  ÷  kept weights',
  source: 'Azarian & Porikli, arXiv 2103.10629',
  better: null,
  logarithmic: false,
  each: 'threshold',
  stored: {
    epoch: (key) => storedShare(atThreshold('epoch.shed', key), KEPT.epoch),
    layer: (key) => storedShare(atThreshold('layer_epoch.shed', key), KEPT.layer),
  },
  epoch: ({ epoch }, threshold) => epoch.shed[threshold] ?? null,
  layer: ({ layer }, threshold) => layer.shed[threshold] ?? null,
  run: ({ states }, threshold) => states?.shed[threshold] ?? null,
});
