import { defineMeasure } from './measure.ts';
import { stored, storedShare } from './stored.ts';

export const pruned = defineMeasure({
  id: 'pruned',
  column: 'mask_sparsity',
  title: 'Pruned',
  unit: 'share',
  of: 'all prunable weights',
  definition:
    'Weights that a criterion chose and the mask holds at zero: the mask’s sparsity. Share of all prunable weights.',
  formula: 'mask = 0  ÷  prunable weights',
  better: null,
  logarithmic: false,
  stored: {
    epoch: stored(storedShare('epoch.pruned', 'epoch.weights')),
    layer: stored(storedShare('layer_epoch.pruned', 'layer.weights')),
  },
  epoch: ({ epoch }) => epoch.pruned,
  layer: ({ layer }) => layer.pruned,
  run: ({ states }) => states?.pruned ?? null,
});
