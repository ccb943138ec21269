import { attribute, type Attribute, type Engine, type Tensor } from '../engine.ts';

/** Geometry of a convolution, as PyTorch has it. */
export interface ConvolutionOptions {
  readonly stride?: number;
  /** Zeros on each side of both axes: PyTorch's `padding`, not TensorFlow's SAME, which differs at stride 2. */
  readonly padding?: number;
  /**
   * Whether x lies turned by half a turn (rows and columns in reverse), as the output then does. PyTorch's padding at
   * stride 2 reads one row of zeros before an even image and none after it; of a turned one it is the other way round,
   * which is TensorFlow's SAME: no padded copy has to be made.
   */
  readonly turned?: boolean;
}

type Side = readonly [number, number];

/** Rows and columns of a convolution's output. */
export function convolvedSize(size: Side, kernel: Side, options: ConvolutionOptions): [number, number] {
  const { stride = 1, padding = 0 } = options;
  const side = (length: number, window: number) => Math.floor((length + 2 * padding - window) / stride) + 1;
  return [side(size[0], kernel[0]), side(size[1], kernel[1])];
}

/** The rows (or columns) of zeros that a convolution reads before and after those of its input. */
function margins(length: number, window: number, output: number, stride: number, padding: number): Side {
  return [padding, Math.max(0, (output - 1) * stride + window - length - padding)];
}

/** What TensorFlow's SAME adds: as little as it can, and the odd one at the end. */
function sameMargins(length: number, window: number, stride: number): Side {
  const total = Math.max(0, (Math.ceil(length / stride) - 1) * stride + window - length);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

interface Geometry {
  readonly padding: 'VALID' | 'SAME' | 'EXPLICIT';
  readonly rows: Side;
  readonly columns: Side;
}

/** How TensorFlow is asked for PyTorch's padding: by a name of its own where that means the same. */
function geometryOf(x: Tensor, kernel: Side, options: ConvolutionOptions): Geometry {
  const { stride = 1, padding = 0 } = options;
  const size: Side = [x.shape[1] ?? 0, x.shape[2] ?? 0];
  const output = convolvedSize(size, kernel, options);
  const sideOf = (axis: 0 | 1): Side => {
    const [before, after] = margins(size[axis], kernel[axis], output[axis], stride, padding);
    return options.turned ? [after, before] : [before, after];
  };
  const [rows, columns] = [sideOf(0), sideOf(1)];
  const same = [rows, columns].every((side, axis) => {
    const named = sameMargins(size[axis] as number, kernel[axis] as number, stride);
    return side[0] === named[0] && side[1] === named[1];
  });
  const none = [...rows, ...columns].every((margin) => margin === 0);
  return { padding: none ? 'VALID' : same ? 'SAME' : 'EXPLICIT', rows, columns };
}

function attributesOf(engine: Engine, stride: number, { padding, rows, columns }: Geometry): Attribute[] {
  const margins = padding === 'EXPLICIT' ? [0, 0, ...rows, ...columns, 0, 0] : [];
  return [
    attribute.type('T', engine.precision),
    attribute.intList('strides', [1, stride, stride, 1]),
    attribute.string('padding', padding),
    attribute.intList('explicit_paddings', margins),
    attribute.string('data_format', 'NHWC'),
    attribute.intList('dilations', [1, 1, 1, 1]),
  ];
}

/** Zeros around the images, with gradient. */
function pad(engine: Engine, x: Tensor, rows: Side, columns: Side): Tensor {
  const { tf } = engine;
  const margins = tf.tensor2d([[0, 0], [...rows], [...columns], [0, 0]], [4, 2], 'int32');
  const attributes = [attribute.type('T', engine.precision), attribute.type('Tpaddings', 'int32')];
  const surround = tf.customGrad((images) => ({
    value: engine.op('Pad', attributes, [images as Tensor, margins], 1)[0] as Tensor,
    gradFunc: (dy: Tensor) => tf.slice(dy, [0, rows[0], columns[0], 0], x.shape),
  }));
  return surround(x);
}

/** A kernel with rows and columns in reverse, with gradient. */
function turn(engine: Engine, filter: Tensor): Tensor {
  const { tf } = engine;
  const attributes = [attribute.type('T', engine.precision), attribute.type('Tidx', 'int32')];
  const reverse = (x: Tensor): Tensor =>
    engine.op('ReverseV2', attributes, [x, tf.tensor1d([0, 1], 'int32')], 1)[0] as Tensor;
  const turned = tf.customGrad((kernel) => ({
    value: reverse(kernel as Tensor),
    gradFunc: (dy: Tensor) => reverse(dy),
  }));
  return turned(filter);
}

/** What an image that lies turned is convolved with; a kernel of 1 × 1 is its own mirror image. */
function kernelFor(engine: Engine, filter: Tensor, { turned }: ConvolutionOptions): Tensor {
  const [rows, columns] = filter.shape;
  return turned && (rows !== 1 || columns !== 1) ? turn(engine, filter) : filter;
}

interface Kernels {
  readonly forward: string;
  readonly toInput: string;
  readonly toFilter: string;
}

function differentiable(
  engine: Engine,
  kernels: Kernels,
  attributes: readonly Attribute[],
  x: Tensor,
  filter: Tensor,
): Tensor {
  const { tf } = engine;
  const shapeOf = (tensor: Tensor) => tf.tensor1d(tensor.shape, 'int32');
  const convolve = tf.customGrad((input, weights, save) => {
    const [images, kernel, keep] = [input as Tensor, weights as Tensor, save as (t: Tensor[]) => void];
    const [value] = engine.op(kernels.forward, attributes, [images, kernel], 1);
    keep([images, kernel]);
    return {
      value: value as Tensor,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [images, kernel] = saved as [Tensor, Tensor];
        return [
          engine.op(kernels.toInput, attributes, [shapeOf(images), kernel, dy], 1)[0] as Tensor,
          engine.op(kernels.toFilter, attributes, [images, shapeOf(kernel), dy], 1)[0] as Tensor,
        ];
      },
    };
  });
  return convolve(x, filter);
}

/**
 * Two-dimensional convolution with gradients.
 * @param x [batch, height, width, in]
 * @param filter [rows, columns, in, out]
 * @returns [batch, height', width', out]
 */
export function conv2d(engine: Engine, x: Tensor, filter: Tensor, options: ConvolutionOptions = {}): Tensor {
  const kernels = {
    forward: 'Conv2D',
    toInput: 'Conv2DBackpropInput',
    toFilter: 'Conv2DBackpropFilter',
  };
  const [rows, columns] = filter.shape as [number, number];
  const geometry = geometryOf(x, [rows, columns], options);
  // oneDNN has no explicit padding: a padded copy and its fast kernels take half the time of Eigen's.
  const [input, asked]: [Tensor, Geometry] =
    geometry.padding === 'EXPLICIT'
      ? [pad(engine, x, geometry.rows, geometry.columns), { ...geometry, padding: 'VALID' }]
      : [x, geometry];
  const attributes = [
    ...attributesOf(engine, options.stride ?? 1, asked),
    attribute.bool('use_cudnn_on_gpu', true),
  ];
  return differentiable(engine, kernels, attributes, input, kernelFor(engine, filter, options));
}

/**
 * Convolution of each channel with its own kernels, with gradients.
 * @param x [batch, height, width, channels]
 * @param filter [rows, columns, channels, multiplier]
 * @returns [batch, height', width', channels · multiplier]
 */
export function depthwiseConv2d(
  engine: Engine,
  x: Tensor,
  filter: Tensor,
  options: ConvolutionOptions = {},
): Tensor {
  const kernels = {
    forward: 'DepthwiseConv2dNative',
    toInput: 'DepthwiseConv2dNativeBackpropInput',
    toFilter: 'DepthwiseConv2dNativeBackpropFilter',
  };
  const [rows, columns] = filter.shape as [number, number];
  const geometry = geometryOf(x, [rows, columns], options);
  const attributes = attributesOf(engine, options.stride ?? 1, geometry);
  return differentiable(engine, kernels, attributes, x, kernelFor(engine, filter, options));
}
