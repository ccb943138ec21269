import type { CatalogueEntry } from '../../../../common/catalogue.ts';
import type { NamedOptions } from '../../../../common/run-specification.ts';
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

/**
 * An optimizer, with PyTorch's conventions. The state of a pruned weight is zeroed by the mask in every step, and the
 * weight itself was set to zero when it was pruned, so that neither momentum nor decay can revive it.
 */
export interface Optimizer extends CatalogueEntry {
  /** Names of its state tensors, each of the parameter's shape and zero at first. */
  slots: readonly string[];
  /** Whether decay applies to parameters of batch norm, and to biases. */
  decays(options: NamedOptions): { batchNorm: boolean; biases: boolean };
  /** Numbers that the step needs and that change from step to step. `step` counts from 1 over the whole run. */
  scalars(options: NamedOptions, rate: number, step: number): number[];
  /** Adds one parameter's update to the traced step. */
  update(options: NamedOptions, update: Update): Updated;
}
