import type { Engine, Tensor } from '../../tensorflow/engine.ts';

/** gradient + λ · weight: coupled decay, as PyTorch's `weight_decay` (tfjs's regularizers.l2(λ) would add 2λ · weight). */
export function coupledDecay(engine: Engine, gradient: Tensor, weight: Tensor, decay: number): Tensor {
  return decay === 0 ? gradient : engine.tf.add(gradient, scaled(engine, weight, decay));
}

export function scaled(engine: Engine, tensor: Tensor, factor: number): Tensor {
  return engine.tf.mul(tensor, engine.scalar(factor));
}

export function masked(engine: Engine, tensor: Tensor, mask: Tensor | null): Tensor {
  return mask === null ? tensor : engine.tf.mul(tensor, mask);
}
