import { underIdea } from './ideas.ts';
import { defineMeasure } from './measure.ts';
import { MACS_LEFT } from './stored.ts';

export const macs = defineMeasure({
  id: 'macs',
  column: 'macs',
  title: 'MACs',
  unit: 'count',
  definition:
    'Multiply-accumulates of the prunable kernels for one image; positions that meet padding count. Biases, batch norm, activations and pooling are left out.',
  formula: 'Σ over layers of  weights · output positions',
  better: 'lower',
  logarithmic: true,
  each: 'idea',
  stored: MACS_LEFT,
  epoch: ({ epoch }, idea) => underIdea(epoch.costs, idea)?.macs ?? null,
  layer: ({ costs }, idea) => underIdea(costs, idea)?.macs ?? null,
});
