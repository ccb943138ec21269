import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const channels = defineMeasure({
  id: 'channels',
  column: 'channels',
  title: 'Channels',
  unit: 'count',
  definition: 'Output channels.',
  better: null,
  logarithmic: false,
  stored: { layer: stored('layer.channels') },
  layer: ({ layer }) => layer.channels,
});
