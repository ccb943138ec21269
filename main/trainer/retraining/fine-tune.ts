import * as z from 'zod';
import { duration, stepsOf } from '../../../common/study/duration.ts';
import type { Retraining } from './retraining.ts';

const options = z.strictObject({
  name: z.literal('fine-tune'),
  epochs: duration(1).describe('Epochs after the training epochs.'),
});

/** Fine-tuning: trains on at the last learning rate of training (Renda et al., ICLR 2020, section 2). */
export const fineTune: Retraining = {
  name: 'fine-tune',
  title: 'Train on at the last learning rate',
  source: 'Renda et al., ICLR 2020, arXiv 2003.02389, section 2',
  options,
  start: 'continue',
  steps: (given, { stepsPerEpoch }) => stepsOf(options.parse(given).epochs, stepsPerEpoch),
  rate: (_options, _step, { steps, trainingRate }) => trainingRate(steps - 1),
  refusal: () => null,
};
