import { defineMeasure } from './measure.ts';

export const steps = defineMeasure({
  id: 'steps',
  column: 'steps',
  title: 'Steps',
  unit: 'count',
  definition: 'Optimizer steps of the epoch.',
  better: null,
  logarithmic: false,
  epoch: ({ epoch }) => epoch.steps,
});
