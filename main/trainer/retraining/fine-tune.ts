import * as z from 'zod';
import { duration, stepsOf } from '../../../common/study/duration.ts';
import { defineRetraining } from './retraining.ts';

const options = z.strictObject({
  name: z.literal('fine-tune'),
  epochs: duration(1).describe('Epochs after the training epochs.'),
});

/** Fine-tuning: trains on at the last learning rate of training (Renda et al., ICLR 2020, section 2). */
export const fineTune = defineRetraining({
  name: 'fine-tune',
  title: 'Train on at the last learning rate',
  source: 'Renda et al., ICLR 2020, arXiv 2003.02389, section 2',
  options,
  start: 'continue',
  steps: ({ epochs }, { stepsPerEpoch }) => stepsOf(epochs, stepsPerEpoch),
  rate: (_options, _step, { steps, trainingRate }) => trainingRate(steps - 1),
  refusal: () => null,
});
