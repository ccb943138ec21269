import type * as z from 'zod';
import type { Definition } from '../../registry.ts';
import type { Component } from '../../component.ts';
import type { Random } from '../../random.ts';
import type { Combination, Refusal } from '../combination.ts';
import type { LayerShape } from '../kernel-view.ts';

/**
 * What is divided: the weights of a layer, or its units (filters, kernels, …) where all units of all chosen layers are
 * of one size.
 */
export interface Amount {
  /** All there are, pruned or not. */
  size: number;
  /** Those pruned before; whole numbers. */
  pruned: number;
}

/** One chosen layer as a distribution sees it. */
export interface DistributedLayer extends LayerShape, Amount {}

/**
 * Divides what is to be pruned among the chosen layers: either by amounts that it fixes for each layer, or by keys that
 * compare over all layers. It offers at least one of the two; amounts are preferred. Channels that span layers can be
 * divided by keys alone.
 */
export interface DistributionWith<Options> extends Component {
  /** The paper it comes from, or what it is known as. */
  source: string;
  /**
   * How much of each layer is pruned in all, what is pruned before included: whole numbers that sum to `total`, none
   * below the layer's `pruned` or above its `size`.
   */
  amounts?(options: Options, layers: readonly DistributedLayer[], total: number): number[];
  /**
   * Keys of one layer's units that are left, by their scores. They ascend with the scores; the lowest keys of all layers
   * together are pruned, equal ones in random order over all layers.
   *
   * @param ties the stream that orders equal scores, for keys that differ where scores do not
   */
  keys?(options: Options, scores: Float32Array, layer: Amount, ties: Random): Float32Array;
  /** Why it does not go with the rest of a pruning; nothing when it does. */
  refusal?(options: Options, combination: Combination): Refusal[];
}

export type Distribution = DistributionWith<never>;

/** A distribution with its options typed by their schema. */
export function defineDistribution<S extends z.ZodObject>(
  definition: Definition<S, DistributionWith<z.infer<S>>>,
): Distribution {
  return definition;
}
