import * as z from 'zod';
import { epochOf, type LearningRate } from './learning-rate.ts';

const options = z.strictObject({
  name: z.literal('steps'),
  rate: z.number().positive().max(100).describe('Learning rate of the first epochs.'),
  milestones: z
    .array(z.int().min(1))
    .min(1)
    .describe('Epochs after which the rate is multiplied by the factor.'),
  factor: z.number().positive().max(1).default(0.1).describe('Factor at each milestone.'),
});

/** As PyTorch's MultiStepLR: after epoch m of the milestones the rate is multiplied by the factor. */
export const steps: LearningRate = {
  name: 'steps',
  title: 'Multiplied by a factor after given epochs',
  options,
  rate(given, place) {
    const { rate, milestones, factor } = options.parse(given);
    const { epoch } = epochOf(place);
    return rate * factor ** milestones.filter((milestone) => epoch > milestone).length;
  },
};
