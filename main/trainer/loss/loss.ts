import type * as z from 'zod';
import type { Definition } from '../registry.ts';
import type { Component } from '../component.ts';
import type { Engine, Tensor } from '../tensorflow/engine.ts';

/** A step's examples, two by two: each image is λ of itself and 1 − λ of another one of the batch. */
export interface Mixture {
  /** Index within the batch of each image's partner: a permutation. */
  partners: Int32Array<ArrayBuffer>;
  /** λ, one for the whole batch, in [0, 1]. */
  share: number;
}

/** The same in the traced step. */
export interface TracedMixture {
  /** int32 [batch]. */
  partners: Tensor;
  /** Scalar in the engine's precision. */
  share: Tensor;
}

/** What each example of a batch gave. */
export interface Losses {
  /** [batch], in nats. */
  losses: Tensor;
  /** [batch], in the engine's precision or int32: 1 where right, or the share of λ that is. */
  correct: Tensor;
}

/** What training minimises, in the mean over the batch. Evaluation always tells the plain cross-entropy. */
export interface LossWith<Options> extends Component {
  /** α of the Beta distribution from which λ is drawn; 0: batches are not mixed. */
  mixup(options: Options): number;
  /**
   * @param logits [batch, classes]
   * @param labels int32 [batch]
   */
  losses(
    options: Options,
    engine: Engine,
    logits: Tensor,
    labels: Tensor,
    mixture: TracedMixture | null,
  ): Losses;
}

export type Loss = LossWith<never>;

/** A loss with its options typed by their schema. */
export function defineLoss<S extends z.ZodObject>(definition: Definition<S, LossWith<z.infer<S>>>): Loss {
  return definition;
}
