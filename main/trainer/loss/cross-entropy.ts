import * as z from 'zod';
import { attribute } from '../tensorflow/attributes.ts';
import type { Engine, Tensor } from '../tensorflow/engine.ts';
import { correctPredictions, gather, sparseSoftmaxCrossEntropy } from '../tensorflow/operations/index.ts';
import { blend } from './arithmetic.ts';
import { defineLoss, type TracedMixture } from './loss.ts';

const options = z.strictObject({
  name: z.literal('cross-entropy'),
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('ε: this share of every target is spread evenly over all classes.'),
  mixup: z
    .number()
    .min(0)
    .max(100)
    .default(0)
    .describe('α of mixup, whose λ is drawn from Beta(α, α) for every batch; 0: no mixup.'),
});

/**
 * Cross-entropy of the softmax with the target distribution (1 − ε)·onehot + ε/K, as torch.nn.CrossEntropyLoss with
 * label_smoothing = ε (Szegedy et al., arXiv 1512.00567, section 7). With mixup (Zhang et al., arXiv 1710.09412, with one λ a
 * batch) the target is λ of an image's own and 1 − λ of its partner's, which equals λ and 1 − λ of the two losses; an answer
 * counts as λ right for the image's own label, and as 1 − λ for its partner's.
 */
export const crossEntropy = defineLoss({
  name: 'cross-entropy',
  title: 'Cross-entropy of the softmax',
  source:
    'Szegedy et al., arXiv 1512.00567, section 7 (label smoothing); Zhang et al., arXiv 1710.09412 (mixup)',
  options,
  mixup: ({ mixup }) => mixup,
  losses({ labelSmoothing }, engine, logits, labels, mixture) {
    const targets = (): Tensor => softTargets(engine, logits, labels, mixture, labelSmoothing);
    return {
      losses:
        labelSmoothing === 0 && mixture === null
          ? sparseSoftmaxCrossEntropy(engine, logits, labels)
          : softmaxCrossEntropy(engine, logits, targets()),
      correct:
        mixture === null
          ? correctPredictions(engine, logits, labels)
          : mixedCorrect(engine, logits, labels, mixture),
    };
  },
});

/** @returns [batch, classes], each row adding up to one */
function softTargets(
  engine: Engine,
  logits: Tensor,
  labels: Tensor,
  mixture: TracedMixture | null,
  smoothing: number,
): Tensor {
  const { tf } = engine;
  const classes = logits.shape[1]!;
  const own = oneHot(engine, labels, classes);
  const mixed =
    mixture === null
      ? own
      : blend(engine, own, oneHot(engine, gather(engine, labels, mixture.partners), classes), mixture.share);
  return smoothing === 0
    ? mixed
    : tf.add(tf.mul(mixed, engine.scalar(1 - smoothing)), engine.scalar(smoothing / classes));
}

function mixedCorrect(engine: Engine, logits: Tensor, labels: Tensor, mixture: TracedMixture): Tensor {
  const right = (wanted: Tensor): Tensor =>
    engine.tf.cast(correctPredictions(engine, logits, wanted), 'float32');
  return blend(engine, right(labels), right(gather(engine, labels, mixture.partners)), mixture.share);
}

/** @returns [batch, classes] in the engine's precision */
function oneHot(engine: Engine, labels: Tensor, classes: number): Tensor {
  const attributes = [
    attribute.type('T', engine.precision),
    attribute.type('TI', 'int32'),
    attribute.int('axis', -1),
  ];
  const inputs = [labels, engine.tf.scalar(classes, 'int32'), engine.scalar(1), engine.scalar(0)];
  return engine.op('OneHot', attributes, inputs, 1)[0]!;
}

/** Cross-entropy with a distribution for each example, differentiable in the logits, as one op. */
function softmaxCrossEntropy(engine: Engine, logits: Tensor, targets: Tensor): Tensor {
  const { tf } = engine;
  const entropy = tf.customGrad((scores, save) => {
    const [loss, gradient] = engine.op(
      'SoftmaxCrossEntropyWithLogits',
      [attribute.type('T', engine.precision)],
      [scores as Tensor, targets],
      2,
    ) as [Tensor, Tensor];
    (save as (tensors: Tensor[]) => void)([gradient]);
    return {
      value: loss,
      gradFunc: (dy: Tensor, [gradient]: Tensor[]) => tf.mul(gradient!, tf.expandDims(dy, 1)),
    };
  });
  return entropy(logits);
}
