import { attribute } from '../attributes.ts';
import type { Engine, Tensor } from '../engine.ts';

/** Two numbers: before and after an axis, or of rows and columns. */
export type Side = readonly [number, number];

/** Places of a constant value, zero by default, before and after each axis, with gradient. */
export function padAxes(engine: Engine, x: Tensor, margins: readonly Side[], value = 0): Tensor {
  const { tf } = engine;
  const attributes = [attribute.type('T', engine.precision), attribute.type('Tpaddings', 'int32')];
  const begin = margins.map(([before]) => before);
  const surround = tf.customGrad((inner) => {
    const around = tf.tensor2d(margins.map((side) => [...side]) as number[][], [margins.length, 2], 'int32');
    const inputs = [inner as Tensor, around];
    const [padded] =
      value === 0
        ? engine.op('Pad', attributes, inputs, 1)
        : engine.op('PadV2', attributes, [...inputs, engine.scalar(value)], 1);
    return {
      value: padded as Tensor,
      gradFunc: (dy: Tensor) => tf.slice(dy, begin, x.shape),
    };
  });
  return surround(x);
}

/**
 * A kernel with zeros between its weights, which is what dilation means, with gradient.
 * @param filter [rows, columns, in, out]
 */
export function dilate(engine: Engine, filter: Tensor, dilation: number): Tensor {
  const [rows, columns, ...channels] = filter.shape as [number, number, ...number[]];
  const shape = [dilation * (rows - 1) + 1, dilation * (columns - 1) + 1, ...channels];
  const attributes = [
    attribute.type('T', engine.precision),
    attribute.type('Index', 'int32'),
    attribute.int('begin_mask', 0b1111),
    attribute.int('end_mask', 0b1111),
    attribute.int('ellipsis_mask', 0),
    attribute.int('new_axis_mask', 0),
    attribute.int('shrink_axis_mask', 0),
  ];
  const vector = (...values: number[]): Tensor => engine.tf.tensor1d(values, 'int32');
  // Every so manieth row and column, from the first to the last.
  const picked = (): Tensor[] => [vector(0, 0, 0, 0), vector(0, 0, 0, 0), vector(dilation, dilation, 1, 1)];
  // To spread weights out is the gradient of picking them.
  const spread = engine.tf.customGrad((kernel) => ({
    value: engine.op(
      'StridedSliceGrad',
      attributes,
      [vector(...shape), ...picked(), kernel as Tensor],
      1,
    )[0] as Tensor,
    gradFunc: (dy: Tensor) => engine.op('StridedSlice', attributes, [dy, ...picked()], 1)[0] as Tensor,
  }));
  return spread(filter);
}
