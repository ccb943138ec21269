import type * as z from 'zod';
import type { Definition } from '../../registry.ts';
import type { Component } from '../../component.ts';
import type { Engine, Tensor } from '../../tensorflow/engine.ts';

/** One parameter in the traced step. */
export interface Update {
  engine: Engine;
  weight: Tensor;
  /** Gradient of the loss, without decay. */
  gradient: Tensor;
  /** The optimizer's state of this parameter, in the order of its slots. */
  slots: Tensor[];
  /** 1 where kept, in the weights' type; null for parameters that are never pruned. */
  mask: Tensor | null;
  /** Whether weight decay applies to this parameter. */
  decays: boolean;
  /** What `scalars` gave for this step. */
  scalars: Tensor[];
}

export interface Updated {
  weight: Tensor;
  slots: Tensor[];
}

/** Some weights of a kernel on the host and the optimizer's state of them, in the engine's precision. */
export interface HostWeights {
  weight: Float32Array | Float64Array;
  /** In the order of the optimizer's slots, each as long as `weight`. */
  slots: (Float32Array | Float64Array)[];
}

/** Takes one free step of some weights, in place, with what the optimizer's `scalars` gave for the step. */
export type FreeStep = (weights: HostWeights, scalars: readonly number[]) => void;

/**
 * An optimizer, with PyTorch's conventions. The state of a pruned weight is zeroed by the mask in every step, and the
 * weight itself was set to zero when it was pruned, so that neither momentum nor decay can revive it.
 */
export interface OptimizerWith<Options> extends Component {
  /** Names of its state tensors, each of the parameter's shape and zero at first. */
  slots: readonly string[];
  /** Whether decay applies to parameters of batch norm, and to biases. */
  decays(options: Options): { batchNorm: boolean; biases: boolean };
  /** Numbers that the step needs and that change from step to step. `step` counts from 1 over the whole run. */
  scalars(options: Options, rate: number, step: number): number[];
  /** Adds one parameter's update to the traced step. */
  update(options: Options, update: Update): Updated;
  /**
   * The free step: the update of kernel weights to which the loss gives no gradient, decay included. Rounds as training
   * does, since its arrays are of the same precision.
   */
  freeStep(options: Options): FreeStep;
}

export type Optimizer = OptimizerWith<never>;

/** An optimizer with its options typed by their schema. */
export function defineOptimizer<S extends z.ZodObject>(
  definition: Definition<S, OptimizerWith<z.infer<S>>>,
): Optimizer {
  return definition;
}
