import type * as z from 'zod';
import type { Definition } from '../../registry.ts';
import type { Component } from '../../component.ts';
import type { Engine, Tensor } from '../../tensorflow/engine.ts';

/**
 * Keeps gradients from growing too large, before decay is added and before the optimizer sees them, as PyTorch's
 * functions do between `backward` and `step`.
 */
export interface GradientClippingWith<Options> extends Component {
  /**
   * @param gradients of all trained parameters. Those of pruned weights are zero, as they are under
   *   torch.nn.utils.prune, where the mask is a part of the network: they take no share in a norm
   * @returns the clipped gradients, in order
   */
  clip(options: Options, engine: Engine, gradients: readonly Tensor[]): Tensor[];
}

export type GradientClipping = GradientClippingWith<never>;

/** A gradient clipping with its options typed by their schema. */
export function defineGradientClipping<S extends z.ZodObject>(
  definition: Definition<S, GradientClippingWith<z.infer<S>>>,
): GradientClipping {
  return definition;
}
