import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const freedChannels = defineMeasure({
  id: 'freedChannels',
  column: 'freed_channels',
  title: 'Freed channels',
  unit: 'count',
  definition:
    'Output channels whose kept weights moved over the epoch as the optimizer alone would have moved them.',
  formula: '‖w′ − free(w)‖ ÷ ‖w − free(w)‖  ≤  0.2,  free(w): the optimizer’s steps without loss gradient',
  better: null,
  logarithmic: false,
  stored: { epoch: stored('epoch.freed_channels'), layer: stored('layer_epoch.freed_channels') },
  epoch: ({ epoch }) => epoch.freedChannels,
  layer: ({ layer }) => layer.freedChannels,
});
