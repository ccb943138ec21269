import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const testLoss = defineMeasure({
  id: 'testLoss',
  column: 'test_loss',
  title: 'Test loss',
  short: 'Loss',
  unit: 'nats',
  definition: 'Mean cross-entropy of the softmax over the test split.',
  better: 'lower',
  logarithmic: true,
  stored: { epoch: stored('epoch.test_loss') },
  epoch: ({ epoch }) => epoch.testLoss,
});
