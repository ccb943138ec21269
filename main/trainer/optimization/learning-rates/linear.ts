import * as z from 'zod';
import { defineLearningRate } from './define-learning-rate.ts';
import { per, progressOf } from './learning-rate.ts';

const options = z
  .strictObject({
    name: z.literal('linear'),
    rate: z.number().positive().max(100).describe('Learning rate of the first epoch.'),
    minimum: z
      .number()
      .min(0)
      .default(0)
      .describe('Rate that the schedule approaches after the last epoch; at most the first rate.'),
    per,
  })
  .refine(({ rate, minimum }) => minimum <= rate, {
    path: ['minimum'],
    message: 'must be at most the rate of the first epoch',
  });

/** As PyTorch's LinearLR with start_factor = 1, end_factor = minimum ÷ rate and total_iters = all epochs, or all steps. */
export const linear = defineLearningRate({
  name: 'linear',
  title: 'A straight line from the rate to the minimum',
  source: 'as torch.optim.lr_scheduler.LinearLR',
  options,
  rate({ rate, minimum, per }, place) {
    const { done, all } = progressOf(place, per);
    return rate + ((minimum - rate) * done) / all;
  },
});
