import * as z from 'zod';
import { coupledDecay, masked } from './arithmetic.ts';
import { decaysOf, decaySwitches } from './decay.ts';
import { freeMoments, MOMENT_SLOTS, momentOptions, momentScalars, momentStep } from './moments.ts';
import { defineOptimizer } from './optimizer.ts';

const options = z.strictObject({
  name: z.literal('adam'),
  ...momentOptions,
  weightDecay: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe('λ, added to the gradient as λ·w (coupled L2, not AdamW).'),
  ...decaySwitches,
});

/** Adam (Kingma & Ba, arXiv 1412.6980, algorithm 1) with coupled L2, as torch.optim.Adam(weight_decay=λ). */
export const adam = defineOptimizer({
  name: 'adam',
  title: 'Adam with coupled L2',
  source: 'Kingma & Ba, arXiv 1412.6980, algorithm 1, as torch.optim.Adam',
  options,
  slots: MOMENT_SLOTS,
  decays: (given) => decaysOf(given),
  scalars: (given, rate, step) => momentScalars(given, rate, step),
  update(given, { engine, weight, gradient, slots, mask, decays, scalars }) {
    const coupled = coupledDecay(engine, gradient, weight, decays ? given.weightDecay : 0);
    const { step, slots: next } = momentStep(engine, given, masked(engine, coupled, mask), slots, scalars);
    return { weight: engine.tf.sub(weight, step), slots: next };
  },
  freeStep(given) {
    return (weights, scalars) => freeMoments(weights, given, scalars, given.weightDecay, 1);
  },
});
