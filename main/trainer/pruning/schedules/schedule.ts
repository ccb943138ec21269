import type { CatalogueEntry } from '../../../../common/catalogue.ts';
import type { NamedOptions } from '../../../../common/run-specification.ts';

/** Pruning that happens after an epoch, up to a share of the final sparsity. */
export interface PruningStep {
  /** Epoch after which weights are pruned; 0 is at initialisation. */
  epoch: number;
  /** Share of the final sparsity reached by then, 0 < share ≤ 1. */
  share: number;
}

export interface Schedule extends CatalogueEntry {
  /** Steps in order of epochs. */
  steps(options: NamedOptions): PruningStep[];
  /** Why the options do not go with this many training epochs, or null. */
  refusal(options: NamedOptions, trainingEpochs: number): string | null;
}
