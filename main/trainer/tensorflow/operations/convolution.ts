import { convolvedSize } from '../../../../common/network.ts';
import { attribute } from '../attributes.ts';
import type { Engine, Tensor } from '../engine.ts';
import { convolutionAttributes, windowAttributes, type Convolved, type KernelGradient } from './convolved.ts';
import { matMul } from './dense.ts';
import { depthwiseKernelGradientOf, kernelGradientOf, onOneDnn } from './kernel-gradients.ts';
import { dilate } from './places.ts';
import { pickPlaces } from './pooling.ts';
import { pad, placementOf, UNPADDED, type Placement, type WindowOptions } from './windows.ts';

export interface ConvolutionOptions extends WindowOptions {
  /** Parts of the channels that are convolved each on its own. */
  readonly groups?: number;
}

/** A kernel with rows and columns in reverse, with gradient. */
function turn(engine: Engine, filter: Tensor): Tensor {
  const { tf } = engine;
  const attributes = [attribute.type('T', engine.precision), attribute.type('Tidx', 'int32')];
  const reverse = (x: Tensor): Tensor =>
    engine.op('ReverseV2', attributes, [x, tf.tensor1d([0, 1], 'int32')], 1)[0] as Tensor;
  const rotated = tf.customGrad((kernel) => ({
    value: reverse(kernel as Tensor),
    gradFunc: (dy: Tensor) => reverse(dy),
  }));
  return rotated(filter);
}

/** What an image that lies rotated is convolved with; a kernel of 1 × 1 is its own mirror image. */
function kernelFor(engine: Engine, filter: Tensor, { rotated }: ConvolutionOptions): Tensor {
  const [rows, columns] = filter.shape;
  return rotated && (rows !== 1 || columns !== 1) ? turn(engine, filter) : filter;
}

/** A kind of convolution: TensorFlow's ops for it. */
interface Kernels {
  readonly forward: string;
  readonly toInput: string;
  readonly toFilter: string;
  readonly attributes: typeof convolutionAttributes;
  readonly faster: (engine: Engine, convolved: Convolved) => KernelGradient | null;
}

function differentiable(
  engine: Engine,
  kernels: Kernels,
  x: Tensor,
  filter: Tensor,
  convolved: Convolved,
): Tensor {
  const { tf } = engine;
  const shapeOf = (tensor: Tensor) => tf.tensor1d(tensor.shape, 'int32');
  const attributes = kernels.attributes(engine, convolved);
  const toFilter = kernels.faster(engine, convolved);
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
          toFilter?.(engine, images, convolved, dy) ??
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
  return engine.device.type === 'GPU' || onOneDnn(engine);
}

const CONVOLUTION: Kernels = {
  forward: 'Conv2D',
  toInput: 'Conv2DBackpropInput',
  toFilter: 'Conv2DBackpropFilter',
  attributes: convolutionAttributes,
  faster: kernelGradientOf,
};

const DEPTHWISE: Kernels = {
  forward: 'DepthwiseConv2dNative',
  toInput: 'DepthwiseConv2dNativeBackpropInput',
  toFilter: 'DepthwiseConv2dNativeBackpropFilter',
  attributes: windowAttributes,
  faster: depthwiseKernelGradientOf,
};

/**
 * Two-dimensional convolution with gradients.
 * @param x [batch, height, width, in]
 * @param filter [rows, columns, in ÷ groups, out], output channels group by group
 * @returns [batch, height', width', out]
 */
export function conv2d(engine: Engine, x: Tensor, filter: Tensor, options: ConvolutionOptions = {}): Tensor {
  const { dilation = 1, groups = 1, padding = 0 } = options;
  const [rows, columns] = filter.shape as [number, number];
  if (!knowsGroups(engine)) {
    if (dilation > 1) return conv2d(engine, x, dilate(engine, filter, dilation), { ...options, dilation: 1 });
    if (groups > 1) return groupByGroup(engine, x, filter, options);
  }
  if (rows * columns === 1 && groups === 1 && padding === 0 && onOneDnn(engine))
    return pointwise(engine, x, filter, options);
  const placement = placementOf(x, [rows, columns], options);
  // oneDNN pads explicitly only forward: a padded copy and its kernels take half the time of those of Eigen.
  const [input, asked]: [Tensor, Placement] =
    placement.padding === 'EXPLICIT' ? [pad(engine, x, placement), UNPADDED] : [x, placement];
  const convolved = convolvedBy(x, input, filter, asked, options);
  return differentiable(engine, CONVOLUTION, input, kernelFor(engine, filter, options), convolved);
}

/** @param x the images before any padding, and `input` those that TensorFlow convolves */
function convolvedBy(
  x: Tensor,
  input: Tensor,
  filter: Tensor,
  placement: Placement,
  options: ConvolutionOptions,
): Convolved {
  const shape = filter.shape as [number, number, number, number];
  return {
    images: input.shape,
    filter: shape,
    output: convolvedSize([x.shape[1]!, x.shape[2]!], [shape[0], shape[1]], options),
    stride: options.stride ?? 1,
    dilation: options.dilation ?? 1,
    groups: options.groups ?? 1,
    placement,
  };
}

/**
 * A convolution by 1 × 1 as a product of matrices, forward and back: oneDNN takes a tenth to a half longer for its gradients
 * as convolutions (AVX2), and with strides twice as long.
 */
function pointwise(engine: Engine, x: Tensor, filter: Tensor, { stride = 1 }: ConvolutionOptions): Tensor {
  const { tf } = engine;
  const [inputs, outputs] = filter.shape.slice(2) as [number, number];
  const places = pickPlaces(engine, x, stride);
  const output = matMul(engine, tf.reshape(places, [-1, inputs]), tf.reshape(filter, [inputs, outputs]));
  return tf.reshape(output, [...places.shape.slice(0, 3), outputs]);
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
  const convolved = convolvedBy(x, x, filter, placement, options);
  return differentiable(engine, DEPTHWISE, x, kernelFor(engine, filter, options), convolved);
}
