import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const examples = defineMeasure({
  id: 'examples',
  column: 'examples',
  title: 'Test images of the class',
  unit: 'count',
  definition: 'Test images of the class.',
  better: null,
  logarithmic: false,
  stored: { class: stored('class.examples') },
  class: ({ examples }) => examples,
});
