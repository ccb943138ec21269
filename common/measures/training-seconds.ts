import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const trainingSeconds = defineMeasure({
  id: 'trainingSeconds',
  column: 'training_seconds',
  title: 'Training time',
  unit: 'seconds',
  definition: 'Seconds that the epoch’s steps took.',
  better: 'lower',
  logarithmic: false,
  stored: { epoch: stored('epoch.training_seconds') },
  epoch: ({ epoch }) => epoch.trainingSeconds,
});
