import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const testAccuracy = defineMeasure({
  id: 'testAccuracy',
  column: 'test_accuracy',
  title: 'Test accuracy',
  short: 'Accuracy',
  unit: 'share',
  of: 'test images',
  definition:
    'Share of right answers on the test set, after the epoch: the predicted class is that of the highest logit, of equal ones the lower. After the last epoch it is the headline.',
  better: 'higher',
  logarithmic: false,
  stored: { epoch: stored('epoch.test_accuracy') },
  epoch: ({ epoch }) => epoch.testAccuracy,
  run: ({ testAccuracy }) => testAccuracy,
});
