import { attribute } from '../attributes.ts';
import type { Engine, Tensor } from '../engine.ts';

/**
 * How far each example's right class is ahead: its logit minus the highest of the others.
 * @param logits [batch, classes]
 * @param labels [batch], int32
 * @returns [batch], in the engine's precision
 */
export function margins(engine: Engine, logits: Tensor, labels: Tensor): Tensor {
  const { tf } = engine;
  const [others] = engine.op(
    'SelectV2',
    [attribute.type('T', engine.precision)],
    [tf.equal(classesOf(logits, engine), tf.expandDims(labels, 1)), engine.scalar(-Infinity), logits],
    1,
  );
  return tf.sub(tf.squeeze(rightLogits(engine, logits, labels), [1]), tf.max(others!, 1));
}

/**
 * Number of classes that come before each example's right one, by falling logit and, where logits are equal, by index:
 * equal logits of a network that says nothing are no five right answers.
 * @returns [batch], in the engine's precision
 */
export function rankOfLabel(engine: Engine, logits: Tensor, labels: Tensor): Tensor {
  const { tf } = engine;
  const right = rightLogits(engine, logits, labels);
  const before = tf.logicalAnd(
    tf.equal(logits, right),
    tf.less(classesOf(logits, engine), tf.expandDims(labels, 1)),
  );
  return tf.sum(tf.cast(tf.logicalOr(tf.greater(logits, right), before), 'float32'), 1);
}

/** [1, classes], int32. */
function classesOf(logits: Tensor, engine: Engine): Tensor {
  const classes = logits.shape[1]!;
  return engine.constant(
    Int32Array.from({ length: classes }, (_, index) => index),
    [1, classes],
    'int32',
  );
}

/** [batch, 1]. */
function rightLogits(engine: Engine, logits: Tensor, labels: Tensor): Tensor {
  const attributes = [
    attribute.int('batch_dims', 1),
    attribute.type('Tparams', engine.precision),
    attribute.type('Tindices', 'int32'),
    attribute.type('Taxis', 'int32'),
  ];
  const { tf } = engine;
  const inputs = [logits, tf.expandDims(labels, 1), tf.scalar(1, 'int32')];
  return engine.op('GatherV2', attributes, inputs, 1)[0]!;
}
