import * as z from 'zod';
import { epochOf, type LearningRate } from './learning-rate.ts';

const options = z
  .strictObject({
    name: z.literal('cosine'),
    rate: z.number().positive().max(100).describe('Learning rate of the first epoch.'),
    minimum: z
      .number()
      .min(0)
      .default(0)
      .describe('Rate that the schedule approaches after the last epoch; at most the first rate.'),
  })
  .refine(({ rate, minimum }) => minimum <= rate, {
    path: ['minimum'],
    message: 'must be at most the rate of the first epoch',
  });

/** As PyTorch's CosineAnnealingLR with T_max = epochs (Loshchilov & Hutter, arXiv 1608.03983, eq. 5), stepped once an epoch. */
export const cosine: LearningRate = {
  name: 'cosine',
  title: 'Half a cosine from the rate to the minimum',
  options,
  rate(given, place) {
    const { rate, minimum } = options.parse(given);
    const { epoch, epochs } = epochOf(place);
    return minimum + ((rate - minimum) * (1 + Math.cos((Math.PI * (epoch - 1)) / epochs))) / 2;
  },
};
