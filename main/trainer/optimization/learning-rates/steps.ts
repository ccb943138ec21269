import * as z from 'zod';
import { duration, stepsOf } from '../../../../common/study/duration.ts';
import { defineLearningRate } from './define-learning-rate.ts';

const options = z.strictObject({
  name: z.literal('steps'),
  rate: z.number().positive().max(100).describe('Learning rate of the first epochs.'),
  milestones: z
    .array(duration(1))
    .min(1)
    .describe("Epochs, or steps such as '500it', after which the rate is multiplied by the factor."),
  factor: z.number().positive().max(1).default(0.1).describe('Factor at each milestone.'),
});

/** As PyTorch's MultiStepLR: after each milestone, an epoch or an optimizer step, the rate is multiplied by the factor. */
export const steps = defineLearningRate({
  name: 'steps',
  title: 'Multiplied by a factor after given epochs',
  source: 'as torch.optim.lr_scheduler.MultiStepLR',
  options,
  rate({ rate, milestones, factor }, { step, stepsPerEpoch }) {
    return (
      rate * factor ** milestones.filter((milestone) => step >= stepsOf(milestone, stepsPerEpoch)).length
    );
  },
});
