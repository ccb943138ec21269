import * as z from 'zod';
import { coupledDecay, masked, scaled } from './arithmetic.ts';
import { decaysOf, decaySwitches } from './decay.ts';
import { defineOptimizer, type FreeStep } from './optimizer.ts';

const options = z
  .strictObject({
    name: z.literal('sgd'),
    momentum: z.number().min(0).lt(1).default(0.9).describe('μ of v ← μ·v + g.'),
    nesterov: z
      .boolean()
      .default(false)
      .describe('Whether the step looks ahead: w ← w − η·(g + μ·v) instead of w − η·v.'),
    weightDecay: z.number().min(0).max(10).default(0).describe('λ, added to the gradient as λ·w.'),
    ...decaySwitches,
  })
  .refine(({ nesterov, momentum }) => !nesterov || momentum > 0, {
    path: ['nesterov'],
    message: 'needs a momentum above 0',
  });

/**
 * SGD with momentum, as torch.optim.SGD: g ← g + λ·w; v ← μ·v + g; w ← w − η·v, or with Nesterov's look-ahead
 * w ← w − η·(g + μ·v).
 */
export const sgd = defineOptimizer({
  name: 'sgd',
  title: 'SGD with momentum and coupled decay',
  source: 'as torch.optim.SGD; Sutskever et al., ICML 2013, for both kinds of momentum',
  options,
  slots: ['momentum'],
  decays: (given) => decaysOf(given),
  scalars: (_given, rate) => [rate],
  update({ momentum, nesterov, weightDecay }, { engine, weight, gradient, slots, mask, decays, scalars }) {
    const { tf } = engine;
    const decayed = coupledDecay(engine, gradient, weight, decays ? weightDecay : 0);
    const velocity = masked(engine, tf.add(scaled(engine, slots[0]!, momentum), decayed), mask);
    // Of a pruned weight the velocity is zero, but the gradient that the look-ahead adds again is not.
    const step = nesterov
      ? tf.add(masked(engine, decayed, mask), scaled(engine, velocity, momentum))
      : velocity;
    return { weight: tf.sub(weight, tf.mul(step, scalars[0]!)), slots: [velocity] };
  },
  freeStep({ momentum, nesterov, weightDecay }) {
    // Two loops, since a choice within one makes it more than twice as slow, and it runs for every step of every epoch.
    const plain: FreeStep = ({ weight, slots: [velocity] }, [rate]) => {
      for (let index = 0; index < weight.length; index++) {
        const before = weight[index]!;
        const next = momentum * velocity![index]! + weightDecay * before;
        velocity![index] = next;
        weight[index] = before - rate! * next;
      }
    };
    const lookingAhead: FreeStep = ({ weight, slots: [velocity] }, [rate]) => {
      for (let index = 0; index < weight.length; index++) {
        const before = weight[index]!;
        const decayed = weightDecay * before;
        const next = momentum * velocity![index]! + decayed;
        velocity![index] = next;
        weight[index] = before - rate! * (decayed + momentum * next);
      }
    };
    return nesterov ? lookingAhead : plain;
  },
});
