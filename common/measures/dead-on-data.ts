import { defineMeasure } from './measure.ts';
import { KEPT, overLayers, stored, storedShare } from './stored.ts';

export const deadOnData = defineMeasure({
  id: 'deadOnData',
  column: 'dead_on_data_of_kept',
  title: 'Dead on the data',
  unit: 'share',
  of: 'kept weights',
  definition:
    'Kept weights that no training or test image gives a gradient, exactly zero. Counted after the last epoch, and where the first and the last pruning ends one. Share of the kept weights; inert ones are among them.',
  formula: 'mask = 1 and ∂ logits ÷ ∂w = 0 for every image  ÷  kept weights',
  better: null,
  logarithmic: false,
  stored: {
    epoch: stored(
      storedShare(
        overLayers('iif(count(layer_epoch.dead_on_data) = count(*), sum(layer_epoch.dead_on_data), null)'),
        KEPT.epoch,
      ),
    ),
    layer: stored(storedShare('layer_epoch.dead_on_data', KEPT.layer)),
  },
  epoch: ({ epoch }) => epoch.deadOnData,
  layer: ({ layer }) => layer.deadOnData,
});
