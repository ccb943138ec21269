import type { CatalogueEntry } from '../../../../common/catalogue.ts';
import type { NamedOptions } from '../../../../common/run-specification.ts';

/** What a criterion may look at, for one layer. */
export interface ScoredLayer {
  name: string;
  /** Position among the network's prunable layers: part of the random stream's identity. */
  index: number;
  /** The kernel, flattened. */
  weights: Float32Array;
}

/** Gives every weight a score; the lowest scores are pruned first. Scores must be finite. */
export interface Criterion extends CatalogueEntry {
  scores(options: NamedOptions, layer: ScoredLayer, seed: number, epoch: number): Float32Array;
}
