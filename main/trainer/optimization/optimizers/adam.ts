import * as z from 'zod';
import { coupledDecay, masked, scaled } from './arithmetic.ts';
import type { Optimizer } from './optimizer.ts';

const options = z.strictObject({
  name: z.literal('adam'),
  beta1: z.number().min(0).lt(1).default(0.9).describe('Decay of the first moment.'),
  beta2: z.number().min(0).lt(1).default(0.999).describe('Decay of the second moment.'),
  epsilon: z.number().positive().default(1e-8).describe('ε, added to the root of the second moment.'),
  weightDecay: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe('λ, added to the gradient as λ·w (coupled L2, not AdamW).'),
  decayBatchNorm: z.boolean().default(true).describe('Whether decay applies to γ and β of batch norm.'),
  decayBiases: z.boolean().default(true).describe('Whether decay applies to biases.'),
});

/** Adam (Kingma & Ba, arXiv 1412.6980, algorithm 1) with coupled L2, as torch.optim.Adam(weight_decay=λ). */
export const adam: Optimizer = {
  name: 'adam',
  title: 'Adam with coupled L2',
  options,
  slots: ['first-moment', 'second-moment'],
  decays(given) {
    const { decayBatchNorm, decayBiases } = options.parse(given);
    return { batchNorm: decayBatchNorm, biases: decayBiases };
  },
  scalars(given, rate, step) {
    const { beta1, beta2 } = options.parse(given);
    return [rate / (1 - beta1 ** step), Math.sqrt(1 - beta2 ** step)];
  },
  update(given, { engine, weight, gradient, slots, mask, decays, scalars }) {
    const { tf } = engine;
    const { beta1, beta2, epsilon, weightDecay } = options.parse(given);
    const decayed = masked(engine, coupledDecay(engine, gradient, weight, decays ? weightDecay : 0), mask);
    // Of a pruned weight both moments were zeroed, and stay zero as its gradient is.
    const moment = (slot: number, beta: number, value: typeof weight): typeof weight =>
      tf.add(scaled(engine, slots[slot]!, beta), scaled(engine, value, 1 - beta));
    const first = moment(0, beta1, decayed);
    const second = moment(1, beta2, tf.mul(decayed, decayed));
    const [stepSize, correction] = scalars as [typeof weight, typeof weight];
    const denominator = tf.add(tf.div(tf.sqrt(second), correction), engine.scalar(epsilon));
    return { weight: tf.sub(weight, tf.mul(tf.div(first, denominator), stepSize)), slots: [first, second] };
  },
};
