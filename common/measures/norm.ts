import { defineMeasure } from './measure.ts';

export const norm = defineMeasure({
  id: 'norm',
  column: 'norm',
  title: 'Norm',
  unit: 'magnitude',
  definition: 'Euclidean norm of the kernel’s weights.',
  formula: '√ Σ w²',
  better: null,
  logarithmic: true,
  epoch: ({ epoch }) => epoch.norm,
  layer: ({ layer }) => layer.norm,
});
