import * as z from 'zod';
import { defineLearningRate } from './define-learning-rate.ts';
import { per, progressOf } from './learning-rate.ts';

const options = z.strictObject({
  name: z.literal('exponential'),
  rate: z.number().positive().max(100).describe('Learning rate of the first epoch.'),
  factor: z.number().positive().max(1).describe('Factor after every epoch, or after every step.'),
  per,
});

/** As PyTorch's ExponentialLR with γ = factor. */
export const exponential = defineLearningRate({
  name: 'exponential',
  title: 'Multiplied by a factor after every epoch',
  source: 'as torch.optim.lr_scheduler.ExponentialLR',
  options,
  rate({ rate, factor, per }, place) {
    return rate * factor ** progressOf(place, per).done;
  },
});
