import { defineMeasure } from './measure.ts';
import { stored, storedShare } from './stored.ts';

export const zero = defineMeasure({
  id: 'zero',
  column: 'true_sparsity',
  title: 'True sparsity',
  unit: 'share',
  of: 'all prunable weights',
  definition: 'Weights that are pruned or exactly zero. Share of all prunable weights.',
  formula: '(mask = 0 or w = 0)  ÷  prunable weights',
  better: null,
  logarithmic: false,
  stored: {
    epoch: stored(storedShare('(epoch.pruned + epoch.zero)', 'epoch.weights')),
    layer: stored(storedShare('(layer_epoch.pruned + layer_epoch.zero)', 'layer.weights')),
  },
  epoch: ({ epoch }) => epoch.zero,
  layer: ({ layer }) => layer.zero,
  run: ({ states }) => states?.zero ?? null,
});
