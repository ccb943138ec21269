import * as z from 'zod';
import type { LearningRate } from './learning-rate.ts';

const options = z.strictObject({
  name: z.literal('constant'),
  rate: z.number().positive().max(100).describe('Learning rate of every epoch.'),
});

export const constant: LearningRate = {
  name: 'constant',
  title: 'The same rate throughout',
  options,
  rate: (given) => options.parse(given).rate,
};
