import * as z from 'zod';
import { duration, stepsOf } from '../../../common/study/duration.ts';
import { defineRetraining } from './retraining.ts';

const options = z.strictObject({
  name: z.literal('low-rate'),
  epochs: duration(1).describe('Epochs after the training epochs.'),
  rate: z.number().positive().max(100).describe('Learning rate of all of them.'),
});

/** Fine-tuning at a rate of its own, such as a tenth of the last: the decay clock says what can be shed at it. */
export const lowRate = defineRetraining({
  name: 'low-rate',
  title: 'Train on at a low rate of its own',
  options,
  start: 'continue',
  steps: ({ epochs }, { stepsPerEpoch }) => stepsOf(epochs, stepsPerEpoch),
  rate: ({ rate }) => rate,
  refusal: () => null,
});
