import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const testTopFive = defineMeasure({
  id: 'testTopFive',
  column: 'test_top5',
  title: 'Test top-5',
  unit: 'share',
  of: 'test images',
  definition:
    'Share of test images whose right class has one of the five highest logits, of equal ones those of lower class first. Told for six classes or more.',
  formula: 'rank of the right class ≤ 5  ÷  test images',
  better: 'higher',
  logarithmic: false,
  stored: { epoch: stored('epoch.test_top_five') },
  epoch: ({ epoch }) => epoch.testTopFive,
});
