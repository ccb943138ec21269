import * as z from 'zod';
import { defineLearningRate } from './define-learning-rate.ts';
import { per, progressOf } from './learning-rate.ts';

const options = z
  .strictObject({
    name: z.literal('cosine'),
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

/** As PyTorch's CosineAnnealingLR with T_max = all epochs, or all steps (Loshchilov & Hutter, arXiv 1608.03983, eq. 5). */
export const cosine = defineLearningRate({
  name: 'cosine',
  title: 'Half a cosine from the rate to the minimum',
  source: 'Loshchilov & Hutter, arXiv 1608.03983, eq. 5, as torch.optim.lr_scheduler.CosineAnnealingLR',
  options,
  rate({ rate, minimum, per }, place) {
    const { done, all } = progressOf(place, per);
    return minimum + ((rate - minimum) * (1 + Math.cos((Math.PI * done) / all))) / 2;
  },
});
