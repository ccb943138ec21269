import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const validationTopFive = defineMeasure({
  id: 'validationTopFive',
  column: 'validation_top5',
  title: 'Validation top-5',
  unit: 'share',
  of: 'validation images',
  definition:
    'Share of validation images whose right class has one of the five highest logits, of equal ones those of lower class first. Told for six classes or more.',
  formula: 'rank of the right class ≤ 5  ÷  validation images',
  better: 'higher',
  logarithmic: false,
  stored: { epoch: stored('epoch.validation_top_five') },
  epoch: ({ epoch }) => epoch.validationTopFive,
});
