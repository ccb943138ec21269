import { attribute, type Attribute, type Engine, type Tensor } from '../engine.ts';

/** Geometry of a convolution, as PyTorch has it. */
export interface ConvolutionOptions {
  readonly stride?: number;
  /** Zeros on each side of both axes: PyTorch's `padding`, not TensorFlow's SAME, which differs at stride 2. */
  readonly padding?: number;
}

type Side = readonly [number, number];

/** Rows and columns of a convolution's output. */
export function convolvedSize(size: Side, kernel: Side, options: ConvolutionOptions): [number, number] {
  const { stride = 1, padding = 0 } = options;
  const side = (length: number, window: number) => Math.floor((length + 2 * padding - window) / stride) + 1;
  return [side(size[0], kernel[0]), side(size[1], kernel[1])];
}

/** The padding that TensorFlow is asked for: a named one where it means the same, as those are faster. */
function geometry(kernel: Side, { stride = 1, padding = 0 }: ConvolutionOptions): Attribute[] {
  const centred = stride === 1 && kernel[0] === 2 * padding + 1 && kernel[1] === 2 * padding + 1;
  const name = padding === 0 ? 'VALID' : centred ? 'SAME' : 'EXPLICIT';
  const p = padding;
  return [
    attribute.intList('strides', [1, stride, stride, 1]),
    attribute.string('padding', name),
    attribute.intList('explicit_paddings', name === 'EXPLICIT' ? [0, 0, p, p, p, p, 0, 0] : []),
    attribute.string('data_format', 'NHWC'),
    attribute.intList('dilations', [1, 1, 1, 1]),
  ];
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
  const [rows, columns] = filter.shape as [number, number];
  const kernels = {
    forward: 'Conv2D',
    toInput: 'Conv2DBackpropInput',
    toFilter: 'Conv2DBackpropFilter',
  };
  const attributes = [
    attribute.type('T', engine.precision),
    attribute.bool('use_cudnn_on_gpu', true),
    ...geometry([rows, columns], options),
  ];
  return differentiable(engine, kernels, attributes, x, filter);
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
  const [rows, columns] = filter.shape as [number, number];
  const kernels = {
    forward: 'DepthwiseConv2dNative',
    toInput: 'DepthwiseConv2dNativeBackpropInput',
    toFilter: 'DepthwiseConv2dNativeBackpropFilter',
  };
  const attributes = [attribute.type('T', engine.precision), ...geometry([rows, columns], options)];
  return differentiable(engine, kernels, attributes, x, filter);
}
