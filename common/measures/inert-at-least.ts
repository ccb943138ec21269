import { defineMeasure } from './measure.ts';
import { KEPT, stored, storedShare } from './stored.ts';

export const inertAtLeast = defineMeasure({
  id: 'inertAtLeast',
  column: 'inert_at_least_of_kept',
  title: 'Inert, at least',
  unit: 'share',
  of: 'kept weights',
  definition:
    'Kept weights that can be set to zero, alone or together, without changing any output: no path of non-zero weights through them, or a channel that is constant zero. Proved for every input, so a lower bound. Share of the kept weights.',
  formula: 'mask = 1 and proved to have no live path  ÷  kept weights',
  better: null,
  logarithmic: false,
  stored: {
    epoch: stored(storedShare('epoch.inert', KEPT.epoch)),
    layer: stored(storedShare('layer_epoch.inert', KEPT.layer)),
  },
  epoch: ({ epoch }) => epoch.inertAtLeast,
  layer: ({ layer }) => layer.inertAtLeast,
  run: ({ states }) => states?.inertAtLeast ?? null,
});
