import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const measurementSeconds = defineMeasure({
  id: 'measurementSeconds',
  column: 'measurement_seconds',
  title: 'Measuring time',
  unit: 'seconds',
  definition: 'Seconds that measuring and logging held up the training.',
  better: 'lower',
  logarithmic: false,
  stored: { epoch: stored('epoch.measurement_seconds') },
  epoch: ({ epoch }) => epoch.measurementSeconds,
});
