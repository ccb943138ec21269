import * as z from 'zod';
import { defineAveraging } from './averaging.ts';

const options = z.strictObject({
  name: z.literal('exponential'),
  decay: z
    .number()
    .min(0)
    .lt(1)
    .default(0.999)
    .describe('Share of the average that each step keeps: a ← decay·a + (1 − decay)·w.'),
});

/**
 * As torch.optim.swa_utils.AveragedModel with get_ema_multi_avg_fn(decay), updated after every optimizer step: the first
 * step's weights are taken whole, then a ← decay·a + (1 − decay)·w.
 */
export const exponential = defineAveraging({
  name: 'exponential',
  title: 'Exponential moving average of the weights',
  source: 'as torch.optim.swa_utils.AveragedModel with get_ema_multi_avg_fn',
  options,
  scalars({ decay }, step) {
    return step === 1 ? [0, 1] : [decay, 1 - decay];
  },
  update: (_options, { tf }, average, weight, [kept, taken]) =>
    tf.add(tf.mul(average, kept!), tf.mul(weight, taken!)),
});
