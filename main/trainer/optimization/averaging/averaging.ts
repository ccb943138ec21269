import type * as z from 'zod';
import type { Definition } from '../../registry.ts';
import type { Component } from '../../component.ts';
import type { Engine, Tensor } from '../../tensorflow/engine.ts';

/**
 * A running average of the trained parameters, with which the network is evaluated. Batch norm's running statistics
 * are averages by themselves and taken as they are, as by torch.optim.swa_utils.AveragedModel. The weights that train, and
 * whose states are recorded, are not touched by it.
 */
export interface AveragingWith<Options> extends Component {
  /** Numbers that the step needs. `step` counts from 1 over the whole run. */
  scalars(options: Options, step: number): number[];
  /** The average after a step, from the one before it and the new weight. */
  update(
    options: Options,
    engine: Engine,
    average: Tensor,
    weight: Tensor,
    scalars: readonly Tensor[],
  ): Tensor;
}

export type Averaging = AveragingWith<never>;

/** An averaging with its options typed by their schema. */
export function defineAveraging<S extends z.ZodObject>(
  definition: Definition<S, AveragingWith<z.infer<S>>>,
): Averaging {
  return definition;
}
