import type * as z from 'zod';
import type { Definition, Opened } from '../../registry.ts';
import type { Component } from '../../component.ts';
import type { NetworkDescription } from '../../../../common/network.ts';
import type { Random } from '../../random.ts';
import type { Combination, Refusal } from '../combination.ts';
import type { LayerShape } from '../kernel-view.ts';
import type { Distribution } from '../distributions/distribution.ts';

/** A chosen layer with the scores of its weights; the lowest are pruned first. */
export interface LayerScores extends LayerShape {
  scores: Float32Array;
  /** 1 where kept so far. */
  mask: Uint8Array;
}

export interface MaskRequest {
  layers: readonly LayerScores[];
  /** Share of these layers' weights that is pruned afterwards, those pruned before included. */
  sparsity: number;
  distribution: Opened<Distribution>;
  /** The stream that orders equal scores. */
  ties: Random;
  /** Null where only the layers are known. */
  network: NetworkDescription | null;
}

/** What is pruned as one. */
export interface GranularityWith<Options> extends Component {
  /** The paper it comes from, or what it is known as. */
  source: string;
  /**
   * New masks, one for each layer; no weight comes back. The sparsity is reached as nearly as whole units allow.
   *
   * @throws CascadeError INVALID_STUDY when more is pruned already, BAD_SCORES for a score that is not finite
   */
  masks(options: Options, request: MaskRequest): Uint8Array<ArrayBuffer>[];
  /** Why it does not go with the rest of a pruning; nothing when it does. */
  refusal?(options: Options, combination: Combination): Refusal[];
}

export type Granularity = GranularityWith<never>;

/** A granularity with its options typed by their schema. */
export function defineGranularity<S extends z.ZodObject>(
  definition: Definition<S, GranularityWith<z.infer<S>>>,
): Granularity {
  return definition;
}
