import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const trainLoss = defineMeasure({
  id: 'trainLoss',
  column: 'train_loss',
  title: 'Training loss',
  unit: 'nats',
  definition: 'Mean of the minimised loss over the epoch’s batches, as they were seen.',
  better: 'lower',
  logarithmic: true,
  stored: { epoch: stored('epoch.train_loss') },
  epoch: ({ epoch }) => epoch.trainLoss,
});
