import { defineMeasure } from './measure.ts';

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
  class: ({ examples, correct }) => (examples ? correct / examples : null),
});
