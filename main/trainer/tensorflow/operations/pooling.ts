import { attribute, type Attribute } from '../attributes.ts';
import type { Engine, Tensor } from '../engine.ts';
import { pad, placementOf, type Placement, type WindowOptions } from './windows.ts';

type PoolOptions = Omit<WindowOptions, 'dilation'>;

function attributesOf(
  engine: Engine,
  size: number,
  stride: number,
  padding: Placement['padding'],
): Attribute[] {
  return [
    attribute.type('T', engine.precision),
    attribute.intList('ksize', [1, size, size, 1]),
    attribute.intList('strides', [1, stride, stride, 1]),
    attribute.string('padding', padding),
    attribute.string('data_format', 'NHWC'),
  ];
}

/**
 * Maximum of each channel over windows, with gradient to the first place of the maximum; padding never wins.
 * @param x [batch, height, width, channels]
 * @returns [batch, height', width', channels]
 */
export function maxPool(engine: Engine, x: Tensor, size: number, options: PoolOptions = {}): Tensor {
  const placement = placementOf(x, [size, size], options);
  // Its kernels with explicit padding take ten times as long as a padded copy and oneDNN's.
  const explicit = placement.padding === 'EXPLICIT';
  const padded = explicit ? pad(engine, x, placement, -Infinity) : x;
  const attributes = attributesOf(engine, size, options.stride ?? 1, explicit ? 'VALID' : placement.padding);
  const pool = engine.tf.customGrad((input, save) => {
    const images = input as Tensor;
    const value = engine.op('MaxPool', attributes, [images], 1)[0] as Tensor;
    (save as (tensors: Tensor[]) => void)([images, value]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        engine.op('MaxPoolGrad', attributes, [...saved, dy], 1)[0] as Tensor,
    };
  });
  return pool(padded);
}

/**
 * Mean of each channel over windows, with gradient; zeros of the padding count, as PyTorch's `count_include_pad`.
 * @param x [batch, height, width, channels]
 * @returns [batch, height', width', channels]
 */
export function averagePool(engine: Engine, x: Tensor, size: number, options: PoolOptions = {}): Tensor {
  const { tf } = engine;
  const placement = placementOf(x, [size, size], options);
  // TensorFlow leaves padding out of the mean, so zeros have to be there as pixels.
  const padded = placement.padding === 'VALID' ? x : pad(engine, x, placement);
  const attributes = attributesOf(engine, size, options.stride ?? 1, 'VALID');
  const pool = tf.customGrad((input) => ({
    value: engine.op('AvgPool', attributes, [input as Tensor], 1)[0] as Tensor,
    gradFunc: (dy: Tensor) =>
      engine.op('AvgPoolGrad', attributes, [tf.tensor1d(padded.shape, 'int32'), dy], 1)[0] as Tensor,
  }));
  return pool(padded);
}

/**
 * Every `stride`-th row and column, from the first on, with gradient: a mean over windows of one place picks them, five times
 * as fast as a slice with strides.
 */
export function pickPlaces(engine: Engine, x: Tensor, stride: number): Tensor {
  return stride === 1 ? x : averagePool(engine, x, 1, { stride });
}

/**
 * The mean of each channel over all places, with gradient.
 * @param x [batch, height, width, channels]
 * @returns [batch, channels], or [batch, 1, 1, channels] where the places are kept
 */
export function globalAveragePool(engine: Engine, x: Tensor, keepSpatial = false): Tensor {
  const { tf } = engine;
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const pool = tf.customGrad((input) => ({
    value: engine.op(
      'Mean',
      [
        attribute.type('T', engine.precision),
        attribute.type('Tidx', 'int32'),
        attribute.bool('keep_dims', keepSpatial),
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
