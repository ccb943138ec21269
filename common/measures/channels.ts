import { defineMeasure } from './measure.ts';

export const channels = defineMeasure({
  id: 'channels',
  column: 'channels',
  title: 'Channels',
  unit: 'count',
  definition: 'Output channels.',
  better: null,
  logarithmic: false,
  layer: ({ layer }) => layer.channels,
});
