import { defineMeasure } from './measure.ts';
import { normOverLayers, stored } from './stored.ts';

export const gradientNorm = defineMeasure({
  id: 'gradientNorm',
  column: 'gradient_norm',
  title: 'Gradient norm',
  unit: 'magnitude',
  definition:
    'Norm of the gradient of the mean training loss at the kept weights. The loss is over a fixed set of up to about 256 plain training images, in training mode, without weight decay.',
  formula: '√ Σ (∂L/∂w)²  over kept weights',
  better: null,
  logarithmic: true,
  stored: {
    epoch: stored(normOverLayers('layer_epoch.gradient_norm')),
    layer: stored('layer_epoch.gradient_norm'),
  },
  epoch: ({ epoch }) => epoch.gradientNorm,
  layer: ({ layer }) => layer.gradientNorm,
});
