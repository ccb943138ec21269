import * as z from 'zod';
import { defineLearningRate } from './define-learning-rate.ts';

const options = z.strictObject({
  name: z.literal('constant'),
  rate: z.number().positive().max(100).describe('Learning rate of every epoch.'),
});

export const constant = defineLearningRate({
  name: 'constant',
  title: 'The same rate throughout',
  options,
  rate: ({ rate }) => rate,
});
