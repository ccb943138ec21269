import { convolvedSize } from '../../../../common/network.ts';
import { attribute, type Attribute } from '../attributes.ts';
import type { Engine, Tensor } from '../engine.ts';
import { patchesToFilter, prefersPatches } from './patches.ts';
import { dilate } from './places.ts';
import { pad, placementOf, type Placement, type WindowOptions } from './windows.ts';

export interface ConvolutionOptions extends WindowOptions {
  /** Parts of the channels that are convolved each on its own. */
  readonly groups?: number;
}

function attributesOf(
  engine: Engine,
  { stride = 1, dilation = 1 }: ConvolutionOptions,
  { padding, rows, columns }: Placement,
): Attribute[] {
  const margins = padding === 'EXPLICIT' ? [0, 0, ...rows, ...columns, 0, 0] : [];
  return [
    attribute.type('T', engine.precision),
    attribute.intList('strides', [1, stride, stride, 1]),
    attribute.string('padding', padding),
    attribute.intList('explicit_paddings', margins),
    attribute.string('data_format', 'NHWC'),
    attribute.intList('dilations', [1, dilation, dilation, 1]),
  ];
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
  toFilter?: (images: Tensor, shape: readonly number[], dy: Tensor) => Tensor,
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
          toFilter?.(images, kernel.shape, dy) ??
            (engine.op(kernels.toFilter, attributes, [images, shapeOf(kernel), dy], 1)[0] as Tensor),
        ];
      },
    };
  });
  return convolve(x, filter);
}

/**
 * Whether TensorFlow's convolution does groups and dilation itself, forward and back: that of cuDNN does, and that of
 * oneDNN, on which the CPU's float32 runs with x64 processors.
 */
function knowsGroups(engine: Engine): boolean {
  return engine.device.type === 'GPU' || (engine.precision === 'float32' && process.arch === 'x64');
}

const CONVOLUTION: Kernels = {
  forward: 'Conv2D',
  toInput: 'Conv2DBackpropInput',
  toFilter: 'Conv2DBackpropFilter',
};

const DEPTHWISE: Kernels = {
  forward: 'DepthwiseConv2dNative',
  toInput: 'DepthwiseConv2dNativeBackpropInput',
  toFilter: 'DepthwiseConv2dNativeBackpropFilter',
};

/**
 * Two-dimensional convolution with gradients.
 * @param x [batch, height, width, in]
 * @param filter [rows, columns, in ÷ groups, out], output channels group by group
 * @returns [batch, height', width', out]
 */
export function conv2d(engine: Engine, x: Tensor, filter: Tensor, options: ConvolutionOptions = {}): Tensor {
  const { dilation = 1, groups = 1 } = options;
  const [rows, columns] = filter.shape as [number, number];
  if (!knowsGroups(engine)) {
    if (dilation > 1) return conv2d(engine, x, dilate(engine, filter, dilation), { ...options, dilation: 1 });
    if (groups > 1) return groupByGroup(engine, x, filter, options);
  }
  const placement = placementOf(x, [rows, columns], options);
  // oneDNN has no explicit padding: a padded copy and its fast kernels take half the time of Eigen's.
  const [input, asked]: [Tensor, Placement] =
    placement.padding === 'EXPLICIT'
      ? [pad(engine, x, placement), { ...placement, padding: 'VALID' }]
      : [x, placement];
  const attributes = [...attributesOf(engine, options, asked), attribute.bool('use_cudnn_on_gpu', true)];
  const output = convolvedSize([x.shape[1]!, x.shape[2]!], [rows, columns], options);
  const toFilter = prefersPatches(engine, filter.shape, output, groups)
    ? (images: Tensor, shape: readonly number[], dy: Tensor): Tensor =>
        patchesToFilter(engine, images, shape, dy, { ...options, padding: asked.padding })
    : undefined;
  const kernel = kernelFor(engine, filter, options);
  return differentiable(engine, CONVOLUTION, attributes, input, kernel, toFilter);
}

function groupByGroup(engine: Engine, x: Tensor, filter: Tensor, options: ConvolutionOptions): Tensor {
  const { tf } = engine;
  const groups = options.groups!;
  const inputs = tf.split(x, groups, 3);
  const filters = tf.split(filter, groups, 3);
  return tf.concat(
    inputs.map((input, group) => conv2d(engine, input, filters[group]!, { ...options, groups: 1 })),
    3,
  );
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
  options: WindowOptions = {},
): Tensor {
  const { dilation = 1 } = options;
  // TensorFlow refuses dilation here, or takes it and gives a wrong gradient.
  if (dilation > 1)
    return depthwiseConv2d(engine, x, dilate(engine, filter, dilation), { ...options, dilation: 1 });
  const [rows, columns] = filter.shape as [number, number];
  const placement = placementOf(x, [rows, columns], options);
  const attributes = attributesOf(engine, options, placement);
  return differentiable(engine, DEPTHWISE, attributes, x, kernelFor(engine, filter, options));
}
