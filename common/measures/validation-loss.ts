import { defineMeasure } from './measure.ts';
import { stored } from './stored.ts';

export const validationLoss = defineMeasure({
  id: 'validationLoss',
  column: 'validation_loss',
  title: 'Validation loss',
  unit: 'nats',
  definition: 'Mean cross-entropy of the softmax over the validation split.',
  better: 'lower',
  logarithmic: true,
  stored: { epoch: stored('epoch.validation_loss') },
  epoch: ({ epoch }) => epoch.validationLoss,
});
