import { sizeOf } from '../../../../common/network.ts';
import { attribute } from '../attributes.ts';
import type { DType, Engine, Tensor } from '../engine.ts';

function gatherRows(engine: Engine, rows: Tensor, indices: Tensor, dtype: DType): Tensor {
  const attributes = [
    attribute.int('batch_dims', 0),
    attribute.type('Tparams', dtype),
    attribute.type('Tindices', 'int32'),
    attribute.type('Taxis', 'int32'),
  ];
  return engine.op('GatherV2', attributes, [rows, indices, engine.tf.scalar(0, 'int32')], 1)[0] as Tensor;
}

/** The same memory, read as elements of another type. */
function bitcast(engine: Engine, x: Tensor, from: DType, to: DType): Tensor {
  return engine.op('Bitcast', [attribute.type('T', from), attribute.type('type', to)], [x], 1)[0] as Tensor;
}

function reshapeBytes(engine: Engine, x: Tensor, shape: readonly number[]): Tensor {
  const attributes = [attribute.type('T', 'uint8'), attribute.type('Tshape', 'int32')];
  return engine.op('Reshape', attributes, [x, engine.tf.tensor1d([...shape], 'int32')], 1)[0] as Tensor;
}

/**
 * Rows of bytes by index, four bytes at a time as one float32 (whose bits are only copied).
 * @param rows uint8 [n, …] with a multiple of four bytes in a row
 */
export function gatherWords(engine: Engine, rows: Tensor, indices: Tensor): Tensor {
  const [count = 0, ...rest] = rows.shape;
  const words = sizeOf(rest) / 4;
  const packed = bitcast(engine, reshapeBytes(engine, rows, [count, words, 4]), 'uint8', 'float32');
  const batch = gatherRows(engine, packed, indices, 'float32');
  return reshapeBytes(engine, bitcast(engine, batch, 'float32', 'uint8'), [indices.shape[0] ?? 0, ...rest]);
}

/**
 * Rows of a tensor by index; not differentiable (it is for data). tfjs's own gather reads the indices back
 * to check them, which a traced step cannot.
 * @param rows [n, …] of any type
 * @param indices [batch], int32, each in 0 … n − 1 (TensorFlow refuses others on a CPU; on a GPU it gives zeros)
 * @returns [batch, …]
 */
export function gather(engine: Engine, rows: Tensor, indices: Tensor): Tensor {
  const dtype = engine.typeOf(rows);
  // CUDA builds gather no bytes: the op would fall to the CPU, and the data set be copied there every step.
  const inWords = dtype === 'uint8' && (rows.size / (rows.shape[0] || 1)) % 4 === 0;
  return engine.device.type === 'GPU' && inWords
    ? gatherWords(engine, rows, indices)
    : gatherRows(engine, rows, indices, dtype);
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
  // Constants as large as an image: TensorFlow adds long rows many times faster than a few channels at a time.
  const [, ...shape] = bytes.shape;
  const size = sizeOf(shape);
  const row = (values: readonly number[]) => {
    const repeated = { length: size };
    const value = (_: unknown, index: number): number => values[index % values.length]!;
    return engine.precision === 'float64'
      ? engine.constant(Float64Array.from(repeated, value), shape, 'float64')
      : engine.constant(Float32Array.from(repeated, value), shape, 'float32');
  };
  const scale = row(deviation.map((value) => 1 / (255 * value)));
  const shift = row(mean.map((value, channel) => -value / (deviation[channel] ?? 1)));
  return tf.add(tf.mul(cast, scale), shift);
}
