import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const trainAccuracy = defineMeasure({
  id: 'trainAccuracy',
  column: 'train_accuracy',
  title: 'Training accuracy',
  unit: 'share',
  of: 'training images',
  definition: 'Share of right answers over the epoch’s batches, as they were seen.',
  better: 'higher',
  logarithmic: false,
  stored: { epoch: stored('epoch.train_accuracy') },
  epoch: ({ epoch }) => epoch.trainAccuracy,
});
