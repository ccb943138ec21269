import { underIdea } from './ideas.ts';
import { defineMeasure } from './measure.ts';
import { timesLess, WEIGHTS_LEFT } from './stored.ts';

export const compression = defineMeasure({
  id: 'compression',
  column: 'compression',
  title: 'Compression',
  unit: 'factor',
  definition: 'How many times fewer prunable weights are left than the dense network has.',
  formula: 'prunable weights  ÷  weights left',
  better: 'higher',
  logarithmic: true,
  each: 'idea',
  stored: { epoch: timesLess(WEIGHTS_LEFT.epoch) },
  epoch: ({ epoch }, idea) => underIdea(epoch.costs, idea)?.compression ?? null,
});
