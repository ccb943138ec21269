import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const correct = defineMeasure({
  id: 'correct',
  column: 'correct',
  title: 'Right answers of the class',
  unit: 'count',
  definition: 'Right answers among the test images of the class, after the epoch.',
  better: 'higher',
  logarithmic: false,
  stored: { class: stored('class.correct') },
  class: ({ correct }) => correct,
});
