import { WEIGHT_STATES, type WeightState } from '../../common/cascade/composition.ts';

/** What every quantity on the screen is: its definition, formula and source, shown on hover and focus. */
export interface Quantity {
  name: string;
  definition: string;
  formula?: string;
  source?: string;
}

const AZARIAN = 'Azarian & Porikli, arXiv 2103.10629';

const DEFINED = {
  pruned: {
    name: 'Pruned',
    definition: 'Weights that a criterion chose and the mask holds at zero. Share of all prunable weights.',
    formula: 'mask = 0  ÷  prunable weights',
  },
  prunedInRun: {
    name: 'Pruned in the run',
    definition:
      'Weights that the run beside this control has pruned after the same epoch. They are left out of the control’s counts, so that both are counted over the very same weights.',
    formula: 'mask of the run = 0  ÷  the same weights as beside it',
  },
  shed: {
    name: 'Shed',
    definition:
      'Kept weights whose magnitude fell to the threshold τ or below by training alone. Share of the kept weights, always at a named threshold.',
    formula: 'mask = 1 and |w| ≤ τ  ÷  kept weights',
    source: AZARIAN,
  },
  inert: {
    name: 'Inert, at least',
    definition:
      'Kept weights that can be set to zero, alone or together, without changing any output: no path of non-zero weights through them, or a channel that is constant zero. Proved for every input, so that there are at least as many. Share of the kept weights.',
    formula: 'mask = 1 and proved to have no live path  ÷  kept weights',
  },
  deadOnData: {
    name: 'Dead on the data',
    definition:
      'Kept weights that no training or test image gives a gradient, exactly zero. Counted after the last epoch, and where the first and the last pruning ends one. Share of the kept weights; inert ones are among them.',
    formula: 'mask = 1 and ∂ logits ÷ ∂w = 0 for every image  ÷  kept weights',
  },
  zero: {
    name: 'True sparsity',
    definition: 'Weights that are pruned or exactly zero. Share of all prunable weights.',
    formula: '(mask = 0 or w = 0)  ÷  prunable weights',
  },
  active: { name: 'Active', definition: 'Kept weights that are neither shed, inert nor freed.' },
  freed: {
    name: 'Freed',
    definition:
      'Kept weights of channels that moved over the last epoch as the optimizer alone would have moved them: they shrink and do not turn, for the loss holds them no more. Share of the kept weights.',
    formula: '‖w′ − free(w)‖ ÷ ‖w − free(w)‖  ≤  0.2,  free(w): the optimizer’s steps without loss gradient',
    source: 'of this workstation; that the norm alone does not tell: van Laarhoven, arXiv 1706.05350',
  },
  residual: {
    name: 'Residual',
    definition:
      'How far a channel’s weights moved otherwise over the epoch than the optimizer alone would have moved them, in units of the latter: 0 is free, about 1 or more is held by the loss.',
    formula: '‖w′ − free(w)‖  ÷  ‖w − free(w)‖',
  },
  excess: {
    name: 'Cascade excess',
    definition:
      'How much more of the kept weights is shed than the control sheds among the very same weights; over the dense control unless another is named. Without it, shedding proves no cascade.',
    formula: 'share shed here  −  share of the same weights shed in the control',
  },
  controlShed: {
    name: 'Shed in the control, same weights',
    definition:
      'Of the very weights that the pruned run kept: the share whose magnitude in the control is at the threshold τ or below. The excess is the run’s share minus this one.',
    formula: 'kept by the run and |w| ≤ τ in the control  ÷  kept by the run',
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
  accuracy: { name: 'Test accuracy', definition: 'Share of right answers on the test set, after the epoch.' },
  topFive: {
    name: 'Test top-5',
    definition:
      'Share of test images whose right class has one of the five highest logits. Told for six classes or more.',
    formula: 'rank of the right class ≤ 5  ÷  test images',
  },
  classAccuracy: {
    name: 'Accuracy of a class',
    definition: 'Share of right answers among the test images of one class, after the epoch.',
    formula: 'right answers of the class  ÷  its test images',
  },
  margin: {
    name: 'Margin',
    definition:
      'How far the right class is ahead: positive where the answer is right, the larger the safer; negative where it is wrong.',
    formula: 'logit of the right class  −  highest of the other logits',
  },
  validation: {
    name: 'Validation accuracy',
    definition: 'Share of right answers on the validation split, which is separate from the test set.',
  },
  loss: { name: 'Loss', definition: 'Mean cross-entropy over the images, natural logarithm.' },
  learningRate: {
    name: 'Learning rate',
    definition:
      'η of the epoch’s steps. Where it moves within epochs: their mean, and those of the first and last step.',
  },
  kept: {
    name: 'Kept',
    definition: 'Weights that the mask keeps.',
    formula: 'prunable weights  −  pruned weights',
  },
  parameters: {
    name: 'Parameters',
    definition: 'All that is trained: kernels, biases, γ and β. Running statistics are not.',
  },
  macs: {
    name: 'MACs',
    definition:
      'Multiply-accumulates of the prunable kernels for one image; positions that meet padding count. Biases, batch norm, activations and pooling are left out.',
    formula: 'Σ over layers of  weights · output positions',
  },
  compression: {
    name: 'Compression',
    definition: 'How many times fewer prunable weights are left than the dense network has.',
    formula: 'prunable weights  ÷  weights left',
  },
  speedUp: {
    name: 'Theoretical speed-up',
    definition:
      'How many times fewer multiply-accumulates are left. What hardware makes of it is another matter: without pruned weights it takes hardware that skips every zero, after compaction any will do.',
    formula: 'MACs of the dense network  ÷  MACs left',
    source: 'Blalock et al., arXiv 2003.03033',
  },
  compacted: {
    name: 'Compacted',
    definition:
      'Channels that can be deleted without changing a logit are gone from every tensor; what is left is dense, its pruned weights computed as zeros. Exact.',
  },
  gradientNorm: {
    name: 'Gradient norm',
    definition:
      'How strongly the loss pulls at the kept weights: norm of the gradient of the mean training loss over a fixed set of up to about 256 plain training images, in training mode, without weight decay.',
    formula: '√ Σ (∂L/∂w)²  over kept weights',
  },
  norm: { name: 'Norm', definition: 'Euclidean norm of the kernel’s weights.', formula: '√ Σ w²' },
  blocked: {
    name: 'Blocked',
    definition: 'A channel whose output is constant zero, or that reaches no logit.',
  },
  progress: { name: 'Progress', definition: 'Epochs done of all epochs, and the estimated time to the end.' },
} as const satisfies Record<string, Quantity>;

type CountedOnce = `${WeightState}OfAll` | `${WeightState}OfChannel`;

/** The states as the replay counts them: each weight once, and of other weights than the shares of the same names are of. */
function countedOnce(): Record<CountedOnce, Quantity> {
  const of = (state: WeightState, weights: string): Quantity => ({
    name: `${DEFINED[state].name}, of ${weights}`,
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

export const QUANTITIES = { ...DEFINED, ...countedOnce() };

export type QuantityName = keyof typeof QUANTITIES;
