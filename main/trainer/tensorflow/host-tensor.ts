import { CascadeError } from '../../../common/errors.ts';
import {
  arrayFor,
  bytesOf,
  codeOf,
  dimensionsOf,
  holds,
  sizeOf,
  type DType,
  type TypedArray,
} from './dtypes.ts';
import type { TensorFlow } from './native.ts';
import type { Pointer } from './pointer.ts';
import { TensorFlowError } from './status.ts';
import { libc } from './system.ts';

/**
 * Copies `data` into a new TF_Tensor, which the caller deletes. Lengths are checked here, because
 * TensorFlow would read past the end of an array that is shorter than its shape says.
 */
export function hostTensor(
  tensorflow: TensorFlow,
  data: TypedArray,
  shape: readonly number[],
  dtype: DType,
): Pointer {
  const size = sizeOf(shape);
  if (!holds(data, dtype)) {
    throw new CascadeError('ENGINE_DTYPE', `A ${data.constructor.name} does not hold ${dtype} values.`);
  }
  if (data.length !== size) {
    throw new CascadeError(
      'ENGINE_SHAPE',
      `A tensor of shape [${shape.join(', ')}] has ${size} elements, but ${data.length} were given.`,
    );
  }
  const bytes = size * bytesOf(dtype);
  const tensor = tensorflow.TF_AllocateTensor(codeOf(dtype), dimensionsOf(shape), shape.length, bytes);
  const memory = tensor ? tensorflow.TF_TensorData(tensor) : null;
  if (!tensor || (bytes > 0 && !memory)) {
    if (tensor) tensorflow.TF_DeleteTensor(tensor);
    throw new TensorFlowError(
      'RESOURCE_EXHAUSTED',
      `${bytes} bytes could not be allocated`,
      `a tensor of shape [${shape.join(', ')}]`,
    );
  }
  if (bytes > 0 && memory) libc().memcpy(memory, data, bytes);
  return tensor;
}

/** Converts what tfjs holds for a tensor into the array that its element type needs. */
export function elementsFor(values: unknown, shape: readonly number[], dtype: DType): TypedArray {
  const array = arrayFor(dtype, 0);
  if (values instanceof (array.constructor as new () => object)) return values as TypedArray;
  const size = sizeOf(shape);
  if (array instanceof BigInt64Array) {
    // tfjs writes an int64 as two int32, low half first.
    if (values instanceof Int32Array && values.length === 2 * size) {
      return new BigInt64Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
    }
    return BigInt64Array.from(values as ArrayLike<number>, (value) => BigInt(value));
  }
  if (!ArrayBuffer.isView(values) && !Array.isArray(values)) {
    throw new CascadeError('ENGINE_DTYPE', `Values of type ${typeof values} do not make a ${dtype} tensor.`);
  }
  return (array.constructor as Float32ArrayConstructor).from(values as unknown as ArrayLike<number>);
}
