import type { CatalogueEntry } from '../../../common/catalogue.ts';
import type { NamedOptions } from '../../../common/run-specification.ts';

/** What happens after the training epochs: extra epochs, and the rate of each (Renda et al., ICLR 2020, section 2). */
export interface Retraining extends CatalogueEntry {
  epochs(options: NamedOptions): number;
  /**
   * Rate of retraining epoch `epoch` (1-based). `trainingRate(e)` is the schedule's rate in training epoch e of `trainingEpochs`.
   */
  rate(
    options: NamedOptions,
    epoch: number,
    trainingEpochs: number,
    trainingRate: (epoch: number) => number,
  ): number;
  /** Why these options do not go with this many training epochs, or null. */
  refusal(options: NamedOptions, trainingEpochs: number): string | null;
}
