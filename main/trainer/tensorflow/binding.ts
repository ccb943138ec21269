import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import { ATTRIBUTE_KINDS, type Attribute } from './attributes.ts';
import { codeOf } from './dtypes.ts';

/** The element type that tfjs's 'float32' stands for in an engine. */
export type Precision = 'float32' | 'float64';

/** What tfjs's kernels learn of an op's output. */
export interface TensorMetadata {
  id: number;
  shape: number[];
  dtype: number;
}

/**
 * The seam of tfjs-node: what its kernels ask of the native side. Saved models are no part of it; their
 * members of TFJSBinding are never called by kernels.
 */
export interface Binding {
  createTensor(shape: number[], dtype: number, values: unknown): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): unknown;
  executeOp(name: string, attributes: Attribute[], inputs: number[], outputCount: number): TensorMetadata[];
  isUsingGpuDevice(): boolean;
  getNumOfTensors(): number;
}

/** TensorFlow's numbers for types, as tfjs's kernels read them from their binding. */
export type BindingConstants = Pick<
  TFJSBinding,
  | Extract<keyof TFJSBinding, `TF_ATTR_${string}`>
  | 'TF_FLOAT'
  | 'TF_INT32'
  | 'TF_INT64'
  | 'TF_BOOL'
  | 'TF_COMPLEX64'
  | 'TF_STRING'
  | 'TF_RESOURCE'
  | 'TF_UINT8'
  | 'TF_Version'
>;

/**
 * The constants for a precision. tfjs has no float64; naming TensorFlow's double where its kernels ask for
 * 'float' makes every kernel and its gradient run in float64.
 */
export function bindingConstants(precision: Precision, version: string): BindingConstants {
  return {
    ...ATTRIBUTE_KINDS,
    TF_FLOAT: codeOf(precision),
    TF_INT32: codeOf('int32'),
    TF_INT64: codeOf('int64'),
    TF_BOOL: codeOf('bool'),
    TF_UINT8: codeOf('uint8'),
    TF_STRING: 7,
    TF_COMPLEX64: 8,
    TF_RESOURCE: 20,
    TF_Version: version,
  };
}
