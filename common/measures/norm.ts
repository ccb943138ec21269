import { defineMeasure } from './measure.ts';
import { normOverLayers, stored } from './stored.ts';

export const norm = defineMeasure({
  id: 'norm',
  column: 'norm',
  title: 'Norm',
  unit: 'magnitude',
  definition: 'Euclidean norm of the kernel’s weights.',
  formula: '√ Σ w²',
  better: null,
  logarithmic: true,
  stored: { epoch: stored(normOverLayers('layer_epoch.norm')), layer: stored('layer_epoch.norm') },
  epoch: ({ epoch }) => epoch.norm,
  layer: ({ layer }) => layer.norm,
});
