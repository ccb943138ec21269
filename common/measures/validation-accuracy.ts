import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const validationAccuracy = defineMeasure({
  id: 'validationAccuracy',
  column: 'validation_accuracy',
  title: 'Validation accuracy',
  unit: 'share',
  of: 'validation images',
  definition: 'Share of right answers on the validation split, which is separate from the test set.',
  better: 'higher',
  logarithmic: false,
  stored: { epoch: stored('epoch.validation_accuracy') },
  epoch: ({ epoch }) => epoch.validationAccuracy,
});
