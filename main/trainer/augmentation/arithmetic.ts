import { attribute } from '../tensorflow/attributes.ts';
import type { Engine, Tensor } from '../tensorflow/engine.ts';

/** A constant in the engine's precision. */
export function constantOf(engine: Engine, values: readonly number[], shape: readonly number[]): Tensor {
  return engine.precision === 'float64'
    ? engine.constant(Float64Array.from(values), shape, 'float64')
    : engine.constant(Float32Array.from(values), shape, 'float32');
}

/** 0 … length − 1 as they are numbered in the upright image, in the order in which they lie in memory. */
export function positionsOf(length: number, rotated: boolean): number[] {
  return Array.from({ length }, (_, index) => (rotated ? length - 1 - index : index));
}

/** Elements of `a` where the condition holds, else of `b`; all three broadcast. */
export function select(engine: Engine, condition: Tensor, a: Tensor, b: Tensor): Tensor {
  return engine.op('SelectV2', [attribute.type('T', engine.precision)], [condition, a, b], 1)[0]!;
}

export function toInt32(engine: Engine, x: Tensor): Tensor {
  const attributes = [
    attribute.type('SrcT', engine.precision),
    attribute.type('DstT', 'int32'),
    attribute.bool('Truncate', false),
  ];
  return engine.op('Cast', attributes, [x], 1)[0]!;
}
