import type { Engine, Tensor } from '../tensorflow/engine.ts';

/** λ·a + (1 − λ)·b, for a scalar λ. */
export function blend(engine: Engine, a: Tensor, b: Tensor, share: Tensor): Tensor {
  const { tf } = engine;
  return tf.add(tf.mul(a, share), tf.mul(b, tf.sub(engine.scalar(1), share)));
}
