import { WEIGHT_STATES, type WeightState } from '../../common/cascade/composition.ts';
import type { Measure } from '../../common/measures/measure.ts';
import { MEASURES, type MeasureId } from '../../common/measures/registry.ts';

/** What a quantity on the screen is, shown on hover and focus. */
export interface Quantity {
  name: string;
  definition: string;
  formula?: string;
  source?: string;
}

const AZARIAN = 'Azarian & Porikli, arXiv 2103.10629';

/** What is no number of the registry: of channels, of pairs of numbers, and words. */
const TERMS = {
  prunedInRun: {
    name: 'Pruned in the run',
    definition:
      'Weights that the run beside this control has pruned after the same epoch. They are left out of the control’s counts, so that both are counted over the very same weights.',
    formula: 'mask of the run = 0  ÷  the same weights as beside it',
  },
  active: { name: 'Active', definition: 'Kept weights that are neither shed, inert nor freed.' },
  residual: {
    name: 'Residual',
    definition:
      'How far a channel’s weights moved otherwise over the epoch than the optimizer alone would have moved them, in units of the latter: 0 is free, about 1 or more is held by the loss.',
    formula: '‖w′ − free(w)‖  ÷  ‖w − free(w)‖',
  },
  controlShedOfAll: {
    name: 'Shed in the control, all its weights',
    definition:
      'Share of all weights that the control itself keeps, those too that the run pruned. No excess compares with it.',
    formula: 'mask = 1 and |w| ≤ τ in the control  ÷  kept by the control',
  },
  control: {
    name: 'Control twin',
    definition:
      'The same seed, initial weights, data order and learning rates, with nothing pruned; or, of a run that prunes several times, with the mask kept that was there before the last pruning.',
  },
  freeDecay: {
    name: 'Free decay',
    definition:
      'What the optimizer alone would have left of the norm over this epoch, from its real state and at the rate of every step; beside it what training left. Of the same weights: all of the channel, or a sample.',
    formula: '‖free(w)‖ ÷ ‖w‖;  SGD: |w| shrinks by about exp(−η·λ / (1−μ)) a step',
    source: AZARIAN,
  },
  sizes: {
    name: 'Sizes of freed and held weights',
    definition:
      'Median size of the kept weights in channels that were freed over the epoch, and in all others. The size of a weight is taken to be the root mean square of its channel’s.',
    formula: 'median over kept weights of  ‖w of the channel‖ ÷ √(weights it keeps)',
  },
  margin: {
    name: 'Margin',
    definition:
      'How far the right class is ahead: positive where the answer is right, the larger the safer; negative where it is wrong.',
    formula: 'logit of the right class  −  highest of the other logits',
  },
  losses: { name: 'Loss', definition: 'Mean cross-entropy over the images, natural logarithm.' },
  learningRates: {
    name: 'Learning rate',
    definition:
      'η of the epoch’s steps. Where it moves within epochs: their mean, and those of the first and last step.',
  },
  kept: {
    name: 'Kept',
    definition: 'Weights that the mask keeps.',
    formula: 'prunable weights  −  pruned weights',
  },
  compacted: {
    name: 'Compacted',
    definition:
      'Channels that can be deleted without changing a logit are gone from every tensor; what is left is dense, its pruned weights computed as zeros. Exact.',
  },
  blocked: {
    name: 'Blocked',
    definition: 'A channel whose output is constant zero, or that reaches no logit.',
  },
  progress: { name: 'Progress', definition: 'Epochs done of all epochs, and the estimated time to the end.' },
} as const satisfies Record<string, Quantity>;

/** The measures, in the registry's words. */
function measured(): Record<MeasureId, Quantity> {
  const entries = MEASURES.map(({ id, title, definition, formula, source }: Measure) => [
    id,
    { name: title, definition, ...(formula && { formula }), ...(source && { source }) },
  ]);
  return Object.fromEntries(entries) as Record<MeasureId, Quantity>;
}

const NAMED = { ...measured(), ...TERMS };

/** What explains a state of weights as a share of the kept ones, or of all. */
export const STATE_QUANTITIES = {
  active: 'active',
  freed: 'freed',
  shed: 'shed',
  inert: 'inertAtLeast',
  pruned: 'pruned',
} as const satisfies Record<WeightState, MeasureId | keyof typeof TERMS>;

type CountedOnce = `${WeightState}OfAll` | `${WeightState}OfChannel`;

/** The states as the replay counts them: each weight once, and of other weights than the shares of the same names are of. */
function countedOnce(): Record<CountedOnce, Quantity> {
  const of = (state: WeightState, weights: string): Quantity => ({
    name: `${NAMED[STATE_QUANTITIES[state]].name}, of ${weights}`,
    definition:
      `Share of ${weights} that are ${state === 'inert' ? 'proved to be inert, at least' : state}, each counted once: ` +
      'as pruned, else as shed, else as inert, else by its channel. What is shed and inert is shed here. ' +
      'Of a control: those that the run beside it keeps.',
    formula: `counted as ${state}  ÷  ${weights}`,
  });
  return Object.fromEntries(
    WEIGHT_STATES.flatMap((state) => [
      [`${state}OfAll`, of(state, 'all prunable weights')],
      [`${state}OfChannel`, of(state, 'the channel’s weights')],
    ]),
  ) as Record<CountedOnce, Quantity>;
}

export const QUANTITIES = { ...NAMED, ...countedOnce() };

export type QuantityName = keyof typeof QUANTITIES;
