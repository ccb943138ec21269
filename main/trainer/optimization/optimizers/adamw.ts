import * as z from 'zod';
import { masked } from './arithmetic.ts';
import { decaysOf, decaySwitches } from './decay.ts';
import { freeMoments, MOMENT_SLOTS, momentOptions, momentScalars, momentStep } from './moments.ts';
import { defineOptimizer } from './optimizer.ts';

const options = z.strictObject({
  name: z.literal('adamw'),
  ...momentOptions,
  weightDecay: z
    .number()
    .min(0)
    .max(10)
    .default(0.01)
    .describe('λ of w ← w − η·λ·w, which no moment sees (decoupled decay).'),
  ...decaySwitches,
});

/**
 * Adam with decoupled decay (Loshchilov & Hutter, arXiv 1711.05101, algorithm 2, with the rate in place of its schedule
 * multiplier), as torch.optim.AdamW: w ← w·(1 − η·λ), then Adam's step of the plain gradient. A weight without gradient
 * shrinks by exactly 1 − η·λ a step.
 */
export const adamw = defineOptimizer({
  name: 'adamw',
  title: 'Adam with decoupled decay',
  source: 'Loshchilov & Hutter, arXiv 1711.05101, algorithm 2, as torch.optim.AdamW',
  options,
  slots: MOMENT_SLOTS,
  decays: (given) => decaysOf(given),
  scalars(given, rate, step) {
    return [...momentScalars(given, rate, step), 1 - rate * given.weightDecay];
  },
  update(given, { engine, weight, gradient, slots, mask, decays, scalars }) {
    const { tf } = engine;
    // A pruned weight is zero, and a multiple of zero stays so.
    const shrunk = decays && given.weightDecay > 0 ? tf.mul(weight, scalars[2]!) : weight;
    const { step, slots: next } = momentStep(engine, given, masked(engine, gradient, mask), slots, scalars);
    return { weight: tf.sub(shrunk, step), slots: next };
  },
  freeStep(given) {
    return (weights, scalars) => freeMoments(weights, given, scalars, 0, scalars[2]!);
  },
});
