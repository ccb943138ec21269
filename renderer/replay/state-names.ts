import type { WeightState } from '../../common/cascade/composition.ts';
import { shedLabel } from '../format/numbers.ts';
import type { QuantityName } from '../format/quantities.ts';

/** Of which side of the replay: a control is counted over the weights that the run beside it keeps. */
export type Role = 'run' | 'control';

/** A state as a share of weights is named; 'inert' is a lower bound and says so. */
export function stateName(state: WeightState, threshold: string, role: Role): string {
  if (state === 'shed') return shedLabel(threshold);
  if (state === 'inert') return 'inert, at least';
  return state === 'pruned' && role === 'control' ? 'pruned in the run' : state;
}

/** What explains the share of all weights, or of a channel's, that is in a state. */
export function stateQuantity(state: WeightState, of: 'All' | 'Channel', role: Role): QuantityName {
  return state === 'pruned' && role === 'control' ? 'prunedInRun' : `${state}Of${of}`;
}
