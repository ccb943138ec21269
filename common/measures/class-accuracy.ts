import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const classAccuracy = defineMeasure({
  id: 'classAccuracy',
  column: 'accuracy',
  title: 'Accuracy of a class',
  unit: 'share',
  of: 'test images of the class',
  definition: 'Share of right answers among the test images of one class, after the epoch.',
  formula: 'right answers of the class  ÷  its test images',
  better: 'higher',
  logarithmic: false,
  stored: { class: stored('(1.0 * class.correct / nullif(class.examples, 0))') },
  class: ({ examples, correct }) => (examples ? correct / examples : null),
});
