import * as z from 'zod';
import type { Tensor } from '../../tensorflow/engine.ts';
import { defineGradientClipping } from './gradient-clipping.ts';

const options = z.strictObject({
  name: z.literal('norm'),
  maximum: z
    .number()
    .positive()
    .describe('Largest norm of the gradients of all parameters together; longer ones are scaled down to it.'),
});

/** What PyTorch adds to the norm before it divides by it. */
const EPSILON = 1e-6;

/** As torch.nn.utils.clip_grad_norm_: all gradients are multiplied by min(1, maximum ÷ (norm + 1e-6)). */
export const norm = defineGradientClipping({
  name: 'norm',
  title: 'Scaled down to a largest global norm',
  source: 'Pascanu et al., arXiv 1211.5063, algorithm 1, as torch.nn.utils.clip_grad_norm_',
  options,
  clip({ maximum }, engine, gradients) {
    const { tf } = engine;
    const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)));
    const length = tf.sqrt(squares.reduce((sum, square) => tf.add(sum, square)));
    const factor: Tensor = tf.minimum(
      tf.div(engine.scalar(maximum), tf.add(length, engine.scalar(EPSILON))),
      engine.scalar(1),
    );
    return gradients.map((gradient) => tf.mul(gradient, factor));
  },
});
