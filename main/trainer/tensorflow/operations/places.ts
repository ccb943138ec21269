import { attribute, type Attribute, type Engine, type Tensor } from '../engine.ts';

/** Two numbers: before and after an axis, or of rows and columns. */
export type Side = readonly [number, number];

/** Zeros before and after each axis, with gradient. */
export function padAxes(engine: Engine, x: Tensor, margins: readonly Side[]): Tensor {
  const { tf } = engine;
  const attributes = [attribute.type('T', engine.precision), attribute.type('Tpaddings', 'int32')];
  const surround = tf.customGrad((inner) => {
    const around = tf.tensor2d(margins.map((side) => [...side]) as number[][], [margins.length, 2], 'int32');
    return {
      value: engine.op('Pad', attributes, [inner as Tensor, around], 1)[0] as Tensor,
      gradFunc: (dy: Tensor) =>
        tf.slice(
          dy,
          margins.map(([before]) => before),
          x.shape,
        ),
    };
  });
  return surround(x);
}

/** Which rows and columns are picked: `axes` are their places among the four. */
interface Picking {
  readonly axes: Side;
  readonly first: Side;
  readonly stride: number;
}

const vector = (engine: Engine, values: readonly number[]): Tensor =>
  engine.tf.tensor1d([...values], 'int32');

function pickingInputs(engine: Engine, { axes, first, stride }: Picking): Tensor[] {
  const at = (values: Side, otherwise: number): Tensor => {
    const four = [otherwise, otherwise, otherwise, otherwise];
    axes.forEach((axis, index) => (four[axis] = values[index]!));
    return vector(engine, four);
  };
  return [at(first, 0), at([0, 0], 0), at([stride, stride], 1)];
}

function pickingAttributes(engine: Engine): Attribute[] {
  return [
    attribute.type('T', engine.precision),
    attribute.type('Index', 'int32'),
    attribute.int('begin_mask', 0),
    // To the end of every axis.
    attribute.int('end_mask', 0b1111),
    attribute.int('ellipsis_mask', 0),
    attribute.int('new_axis_mask', 0),
    attribute.int('shrink_axis_mask', 0),
  ];
}

function pick(engine: Engine, x: Tensor, picking: Picking): Tensor {
  const inputs = [x, ...pickingInputs(engine, picking)];
  return engine.op('StridedSlice', pickingAttributes(engine), inputs, 1)[0] as Tensor;
}

/** The gradient of picking: what was picked in its place, among zeros. */
function spread(engine: Engine, picked: Tensor, shape: readonly number[], picking: Picking): Tensor {
  const inputs = [vector(engine, shape), ...pickingInputs(engine, picking), picked];
  return engine.op('StridedSliceGrad', pickingAttributes(engine), inputs, 1)[0] as Tensor;
}

/**
 * Every `stride`-th row and column, with gradient.
 * @param x [batch, height, width, channels]
 * @param first row and column that are kept first
 */
export function subsample(engine: Engine, x: Tensor, stride: number, first: Side): Tensor {
  const picking = { axes: [1, 2], first, stride } as const;
  const thin = engine.tf.customGrad((images) => ({
    value: pick(engine, images as Tensor, picking),
    gradFunc: (dy: Tensor) => spread(engine, dy, x.shape, picking),
  }));
  return thin(x);
}

/**
 * A kernel with zeros between its weights, which is what dilation means, with gradient.
 * @param filter [rows, columns, in, out]
 */
export function dilate(engine: Engine, filter: Tensor, dilation: number): Tensor {
  const [rows, columns, ...channels] = filter.shape as [number, number, ...number[]];
  const shape = [dilation * (rows - 1) + 1, dilation * (columns - 1) + 1, ...channels];
  const picking = { axes: [0, 1], first: [0, 0], stride: dilation } as const;
  const widen = engine.tf.customGrad((kernel) => ({
    value: spread(engine, kernel as Tensor, shape, picking),
    gradFunc: (dy: Tensor) => pick(engine, dy, picking),
  }));
  return widen(filter);
}
