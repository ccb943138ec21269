import * as z from 'zod';
import { coupledDecay, masked } from './arithmetic.ts';
import { decaysOf, decaySwitches } from './decay.ts';
import { freeMoments, MOMENT_SLOTS, momentOptions, momentScalars, momentStep } from './moments.ts';
import type { Optimizer } from './optimizer.ts';

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
export const adam: Optimizer = {
  name: 'adam',
  title: 'Adam with coupled L2',
  source: 'Kingma & Ba, arXiv 1412.6980, algorithm 1, as torch.optim.Adam',
  options,
  slots: MOMENT_SLOTS,
  decays: (given) => decaysOf(options.parse(given)),
  scalars: (given, rate, step) => momentScalars(options.parse(given), rate, step),
  update(given, { engine, weight, gradient, slots, mask, decays, scalars }) {
    const parsed = options.parse(given);
    const coupled = coupledDecay(engine, gradient, weight, decays ? parsed.weightDecay : 0);
    const { step, slots: next } = momentStep(engine, parsed, masked(engine, coupled, mask), slots, scalars);
    return { weight: engine.tf.sub(weight, step), slots: next };
  },
  freeStep(given) {
    const parsed = options.parse(given);
    return (weights, scalars) => freeMoments(weights, parsed, scalars, parsed.weightDecay, 1);
  },
};
