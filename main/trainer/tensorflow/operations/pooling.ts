import { attribute, type Engine, type Tensor } from '../engine.ts';

/**
 * The mean of each channel over all places, with gradient.
 * @param x [batch, height, width, channels]
 * @returns [batch, channels]
 */
export function globalAveragePool(engine: Engine, x: Tensor): Tensor {
  const { tf } = engine;
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const pool = tf.customGrad((input) => ({
    value: engine.op(
      'Mean',
      [
        attribute.type('T', engine.precision),
        attribute.type('Tidx', 'int32'),
        attribute.bool('keep_dims', false),
      ],
      [input as Tensor, tf.tensor1d([1, 2], 'int32')],
      1,
    )[0] as Tensor,
    // Broadcast inside the op: tfjs's own gradient multiplies by a constant of ones as large as x.
    gradFunc: (dy: Tensor) => {
      const share = tf.div(dy, engine.scalar(height * width)).reshape([batch, 1, 1, channels]);
      const attributes = [attribute.type('T', engine.precision), attribute.type('Tidx', 'int32')];
      return engine.op('BroadcastTo', attributes, [share, tf.tensor1d(x.shape, 'int32')], 1)[0] as Tensor;
    },
  }));
  return pool(x);
}
