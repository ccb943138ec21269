import * as z from 'zod';
import { coupledDecay, masked, scaled } from './arithmetic.ts';
import type { Optimizer } from './optimizer.ts';

const options = z.strictObject({
  name: z.literal('sgd'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('μ of v ← μ·v + g.'),
  weightDecay: z.number().min(0).max(10).default(0).describe('λ, added to the gradient as λ·w.'),
  decayBatchNorm: z.boolean().default(true).describe('Whether decay applies to γ and β of batch norm.'),
  decayBiases: z.boolean().default(true).describe('Whether decay applies to biases.'),
});

/** SGD with momentum, as torch.optim.SGD: g ← g + λ·w; v ← μ·v + g; w ← w − η·v. */
export const sgd: Optimizer = {
  name: 'sgd',
  title: 'SGD with momentum and coupled decay',
  options,
  slots: ['momentum'],
  decays(given) {
    const { decayBatchNorm, decayBiases } = options.parse(given);
    return { batchNorm: decayBatchNorm, biases: decayBiases };
  },
  scalars: (_given, rate) => [rate],
  update(given, { engine, weight, gradient, slots, mask, decays, scalars }) {
    const { momentum, weightDecay } = options.parse(given);
    const decayed = coupledDecay(engine, gradient, weight, decays ? weightDecay : 0);
    const velocity = masked(engine, engine.tf.add(scaled(engine, slots[0]!, momentum), decayed), mask);
    return { weight: engine.tf.sub(weight, engine.tf.mul(velocity, scalars[0]!)), slots: [velocity] };
  },
};
