import * as z from 'zod';
import { defineRetraining } from './retraining.ts';

export const none = defineRetraining({
  name: 'none',
  title: 'No epochs after the training epochs',
  options: z.strictObject({ name: z.literal('none') }),
  start: 'continue',
  steps: () => 0,
  rate: (_options, _step, { steps, trainingRate }) => trainingRate(steps - 1),
  refusal: () => null,
});
