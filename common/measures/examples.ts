import { defineMeasure } from './measure.ts';

export const examples = defineMeasure({
  id: 'examples',
  column: 'examples',
  title: 'Test images of the class',
  unit: 'count',
  definition: 'Test images of the class.',
  better: null,
  logarithmic: false,
  class: ({ examples }) => examples,
});
