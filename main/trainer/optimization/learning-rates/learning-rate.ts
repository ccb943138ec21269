import type { CatalogueEntry } from '../../../../common/catalogue.ts';
import type { NamedOptions } from '../../../../common/run-specification.ts';

/** A learning-rate schedule: the rate of each training epoch, constant within the epoch, as PyTorch's schedulers stepped once an epoch. */
export interface LearningRate extends CatalogueEntry {
  /** Rate during epoch `epoch` (1-based) of `epochs` training epochs. */
  rate(options: NamedOptions, epoch: number, epochs: number): number;
}
