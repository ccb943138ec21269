import { attribute, type Engine, type Tensor } from '../engine.ts';

/**
 * Rows of a tensor by index; not differentiable (it is for data). tfjs's own gather reads the indices back
 * to check them, which a traced step cannot.
 * @param rows [n, …] of any type
 * @param indices [batch], int32, each in 0 … n − 1 (TensorFlow refuses others on a CPU; on a GPU it gives zeros)
 * @returns [batch, …]
 */
export function gather(engine: Engine, rows: Tensor, indices: Tensor): Tensor {
  const attributes = [
    attribute.int('batch_dims', 0),
    attribute.type('Tparams', engine.typeOf(rows)),
    attribute.type('Tindices', 'int32'),
    attribute.type('Taxis', 'int32'),
  ];
  return engine.op('GatherV2', attributes, [rows, indices, engine.tf.scalar(0, 'int32')], 1)[0] as Tensor;
}

/** How bytes become the numbers that a network reads: (byte / 255 − mean) / deviation, per channel. */
export interface Standardization {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/**
 * Images of bytes as numbers of the engine's precision.
 * @param bytes uint8 or int32 [batch, …, channels], values 0 … 255
 * @returns the same shape
 */
export function standardize(engine: Engine, bytes: Tensor, { mean, deviation }: Standardization): Tensor {
  const { tf } = engine;
  const cast = engine.op(
    'Cast',
    [
      attribute.type('SrcT', engine.typeOf(bytes)),
      attribute.type('DstT', engine.precision),
      attribute.bool('Truncate', false),
    ],
    [bytes],
    1,
  )[0] as Tensor;
  // One multiplication and one addition instead of two divisions and a subtraction.
  const row = (values: readonly number[]) =>
    engine.precision === 'float64'
      ? engine.constant(Float64Array.from(values), [values.length], 'float64')
      : engine.constant(Float32Array.from(values), [values.length], 'float32');
  const scale = row(deviation.map((value) => 1 / (255 * value)));
  const shift = row(mean.map((value, channel) => -value / (deviation[channel] ?? 1)));
  return tf.add(tf.mul(cast, scale), shift);
}
