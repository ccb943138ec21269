import { attribute } from '../attributes.ts';
import type { Engine, Tensor } from '../engine.ts';

/**
 * Cross-entropy of softmax(logits) with the right class, for each example; differentiable in the logits.
 * @param logits [batch, classes]
 * @param labels [batch], int32, each in 0 … classes − 1 (TensorFlow refuses others on a CPU; on a GPU their loss is NaN)
 * @returns [batch], in nats
 */
export function sparseSoftmaxCrossEntropy(engine: Engine, logits: Tensor, labels: Tensor): Tensor {
  const { tf } = engine;
  const attributes = [attribute.type('T', engine.precision), attribute.type('Tlabels', 'int32')];
  const entropy = tf.customGrad((scores, save) => {
    const [loss, gradient] = engine.op(
      'SparseSoftmaxCrossEntropyWithLogits',
      attributes,
      [scores as Tensor, labels],
      2,
    ) as [Tensor, Tensor];
    (save as (tensors: Tensor[]) => void)([gradient]);
    return {
      value: loss,
      gradFunc: (dy: Tensor, [gradient]: Tensor[]) => tf.mul(gradient as Tensor, tf.expandDims(dy, 1)),
    };
  });
  return entropy(logits);
}

/**
 * The class of highest score of each example, the first where several are equal.
 * @param logits [batch, classes]
 * @returns [batch], int32
 */
export function predictedClass(engine: Engine, logits: Tensor): Tensor {
  const attributes = [
    attribute.type('T', engine.precision),
    attribute.type('Tidx', 'int32'),
    attribute.type('output_type', 'int32'),
  ];
  return engine.op('ArgMax', attributes, [logits, engine.tf.scalar(1, 'int32')], 1)[0] as Tensor;
}

/**
 * 1 for each example whose predicted class is its label, else 0.
 * @param labels [batch], int32
 * @returns [batch], int32
 */
export function correctPredictions(engine: Engine, logits: Tensor, labels: Tensor): Tensor {
  const { tf } = engine;
  return tf.cast(tf.equal(predictedClass(engine, logits), labels), 'int32');
}
