import * as z from 'zod';
import type { Retraining } from './retraining.ts';

export const none: Retraining = {
  name: 'none',
  title: 'No epochs after the training epochs',
  options: z.strictObject({ name: z.literal('none') }),
  epochs: () => 0,
  rate: (_options, _epoch, trainingEpochs, trainingRate) => trainingRate(trainingEpochs),
  refusal: () => null,
};
