import { defineMeasure } from './measure.ts';

export const measurementSeconds = defineMeasure({
  id: 'measurementSeconds',
  column: 'measurement_seconds',
  title: 'Measuring time',
  unit: 'seconds',
  definition: 'Seconds that measuring and logging held up the training.',
  better: 'lower',
  logarithmic: false,
  epoch: ({ epoch }) => epoch.measurementSeconds,
});
