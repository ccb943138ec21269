import type { CatalogueEntry } from '../../../../common/catalogue.ts';
import type { NamedOptions } from '../../../../common/run-specification.ts';

/** One chosen layer as a distribution sees it. */
export interface DistributedLayer {
  /** Scores of all weights; the lowest are pruned first. */
  scores: Float32Array;
  /** 1 where a weight is kept so far. */
  mask: Uint8Array;
}

/** Divides the weights to prune among the chosen layers. */
export interface Distribution extends CatalogueEntry {
  /**
   * How many weights of each layer are pruned in all, those pruned before included; the sum is `total`, and none is
   * below what is pruned already or above the layer's size.
   */
  counts(options: NamedOptions, layers: readonly DistributedLayer[], total: number): number[];
}
