import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const evaluationSeconds = defineMeasure({
  id: 'evaluationSeconds',
  column: 'evaluation_seconds',
  title: 'Evaluation time',
  unit: 'seconds',
  definition:
    'Seconds that evaluation took, before and after pruning, and counting what is dead on the data.',
  better: 'lower',
  logarithmic: false,
  stored: { epoch: stored('epoch.evaluation_seconds') },
  epoch: ({ epoch }) => epoch.evaluationSeconds,
});
