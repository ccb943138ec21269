import type { NetworkDescription } from '../../../common/network.ts';
import type { PruningSpecification } from '../../../common/run-specification.ts';
import type { LayerShape } from './kernel-view.ts';

/** What the parts of a pruning are checked against: whether they go together. */
export interface Combination {
  pruning: PruningSpecification;
  /** The chosen layers, at least one. */
  layers: readonly LayerShape[];
  /** The network that they belong to; null where only the layers are known. */
  network: NetworkDescription | null;
  /** How often the run prunes. */
  prunings: number;
}

/** Why a combination does not make sense. */
export interface Refusal {
  /** What to change, from the run's specification on, such as ['pruning', 'granularity', 'keep']. */
  key: (string | number)[];
  /** Goes on after a key: no capital letter, no full stop. */
  message: string;
}
