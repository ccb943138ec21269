import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const steps = defineMeasure({
  id: 'steps',
  column: 'steps',
  title: 'Steps',
  unit: 'count',
  definition: 'Optimizer steps of the epoch.',
  better: null,
  logarithmic: false,
  stored: { epoch: stored('epoch.steps') },
  epoch: ({ epoch }) => epoch.steps,
});
