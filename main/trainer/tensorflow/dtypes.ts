import { CascadeError } from '../../../common/errors.ts';

/** Element types that move between JavaScript and the device. */
export type DType = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'bool';

export type TypedArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

interface ElementType {
  /** TF_DataType of tensorflow/c/tf_datatype.h. */
  readonly code: number;
  readonly bytes: number;
  readonly array: new (length: number) => TypedArray;
}

const ELEMENTS: Readonly<Record<DType, ElementType>> = {
  float32: { code: 1, bytes: 4, array: Float32Array },
  float64: { code: 2, bytes: 8, array: Float64Array },
  int32: { code: 3, bytes: 4, array: Int32Array },
  uint8: { code: 4, bytes: 1, array: Uint8Array },
  int64: { code: 9, bytes: 8, array: BigInt64Array },
  bool: { code: 10, bytes: 1, array: Uint8Array },
};

const NAMES = new Map<number, DType>(
  Object.entries(ELEMENTS).map(([name, element]) => [element.code, name as DType]),
);

/** TensorFlow's number for an element type. */
export function codeOf(dtype: DType): number {
  return ELEMENTS[dtype].code;
}

/** Bytes of one element. */
export function bytesOf(dtype: DType): number {
  return ELEMENTS[dtype].bytes;
}

/** The element type of a TF_DataType; strings, resources and the quantised types are not data of ours. */
export function dtypeOf(code: number): DType {
  const dtype = NAMES.get(code);
  if (dtype === undefined) {
    throw new CascadeError(
      'ENGINE_DTYPE',
      `TensorFlow returned a tensor of type number ${code}, which has no counterpart here: cast it inside the step.`,
    );
  }
  return dtype;
}

/** A zeroed array for `length` elements. */
export function arrayFor(dtype: DType, length: number): TypedArray {
  return new ELEMENTS[dtype].array(length);
}

/** Is this the array type that holds `dtype`? */
export function holds(data: TypedArray, dtype: DType): boolean {
  return data instanceof ELEMENTS[dtype].array;
}

/**
 * Number of elements of a shape.
 * @throws CascadeError ENGINE_SHAPE for a dimension that is negative, fractional or too large.
 */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const dimension of shape) {
    if (!Number.isSafeInteger(dimension) || dimension < 0) {
      throw new CascadeError('ENGINE_SHAPE', `[${shape.join(', ')}] is not the shape of a tensor.`);
    }
    size *= dimension;
  }
  if (!Number.isSafeInteger(size * 8)) {
    throw new CascadeError('ENGINE_SHAPE', `A tensor of shape [${shape.join(', ')}] is too large.`);
  }
  return size;
}

/** Dimensions as the int64_t array that the C API reads. */
export function dimensionsOf(shape: readonly number[]): BigInt64Array {
  const dimensions = new BigInt64Array(Math.max(1, shape.length));
  for (let i = 0; i < shape.length; i++) dimensions[i] = BigInt(shape[i] ?? 0);
  return dimensions;
}
