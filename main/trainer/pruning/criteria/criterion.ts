import type * as z from 'zod';
import type { Definition } from '../../registry.ts';
import type { Component } from '../../component.ts';
import type { NetworkDescription, PrunableLayer } from '../../../../common/network.ts';
import type { Derivatives } from '../../scoring/derivatives.ts';

/** One of the layers to prune, as a criterion sees it. */
export interface ScoredLayer extends Pick<PrunableLayer, 'name' | 'kind' | 'shape'> {
  /** Position among the network's prunable layers: part of the random stream's identity. */
  index: number;
  /** The kernel, flattened, with its mask applied. */
  weights: Float32Array;
  /** 1 where kept. */
  mask: Uint8Array;
}

export interface ScoringContext {
  seed: number;
  /** What a random stream is counted by, beside the layer: the epoch, and the step within it where it is not at its end. */
  counters: readonly number[];
  layers: readonly ScoredLayer[];
  /** What there is to know of the network beside its weights, computed when it is asked for. */
  derivatives: Derivatives;
  /** Masks of another run that this one was handed, by layer, 1 where kept; null where there are none. */
  handed: HandedMasks | null;
}

export type HandedMasks = ReadonlyMap<string, Uint8Array>;

/** Gives every weight of every chosen layer a score; the lowest scores are pruned first. Scores must be finite. */
export interface CriterionWith<Options> extends Component {
  /** The paper, and the equation in it. */
  source?: string;
  /** Whether scores below zero mean the contrary of those above it, so that their squares mean nothing; false unless given. */
  signed?: boolean;
  /**
   * Why it tells nothing of weights that were only just drawn, in words that follow 'pruning.schedule: '; where it does,
   * nothing.
   */
  untrained?: string;
  /** Scores by the layer's name. */
  scores(options: Options, context: ScoringContext): Map<string, Float32Array>;
  /**
   * In how many rounds the weights of one pruning are chosen, scored anew after each with an exponential schedule (as
   * SynFlow, Tanaka et al., arXiv 2006.05467, algorithm 1); 1 unless given.
   */
  scoringRounds?(options: Options): number;
  /**
   * The one sparsity that it can prune these layers to, of one that knows only one; null where that is not known before
   * the run has been handed its masks.
   *
   * @throws CascadeError where what it reads is unfit
   */
  onlySparsity?(
    options: Options,
    layers: readonly Pick<PrunableLayer, 'name' | 'shape'>[],
    handed: HandedMasks | null,
  ): number | null;
  /** Why it cannot score these layers of the network, in words that follow 'pruning.criterion: '; null when it can. */
  refusal?(options: Options, network: NetworkDescription, layers: readonly PrunableLayer[]): string | null;
}

export type Criterion = CriterionWith<never>;

/** A criterion with its options typed by their schema. */
export function defineCriterion<S extends z.ZodObject>(
  definition: Definition<S, CriterionWith<z.infer<S>>>,
): Criterion {
  return definition;
}

/** Scores of a criterion that looks at one layer at a time. */
export function layerwise(
  { layers }: ScoringContext,
  score: (layer: ScoredLayer) => Float32Array,
): Map<string, Float32Array> {
  return new Map(layers.map((layer) => [layer.name, score(layer)]));
}
