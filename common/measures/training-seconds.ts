import { defineMeasure } from './measure.ts';

export const trainingSeconds = defineMeasure({
  id: 'trainingSeconds',
  column: 'training_seconds',
  title: 'Training time',
  unit: 'seconds',
  definition: 'Seconds that the epoch’s steps took.',
  better: 'lower',
  logarithmic: false,
  epoch: ({ epoch }) => epoch.trainingSeconds,
});
