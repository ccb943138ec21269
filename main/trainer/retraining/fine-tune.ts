import * as z from 'zod';
import type { Retraining } from './retraining.ts';

const options = z.strictObject({
  name: z.literal('fine-tune'),
  epochs: z.int().min(1).max(10_000).describe('Epochs after the training epochs.'),
});

/** Fine-tuning: trains on at the last learning rate of training (Renda et al., ICLR 2020, section 2). */
export const fineTune: Retraining = {
  name: 'fine-tune',
  title: 'Train on at the last learning rate',
  options,
  epochs: (given) => options.parse(given).epochs,
  rate: (_options, _epoch, trainingEpochs, trainingRate) => trainingRate(Math.max(trainingEpochs, 1)),
  refusal: () => null,
};
