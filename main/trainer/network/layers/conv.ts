import type { NetworkNode } from '../../../../common/network.ts';
import type { Tensor } from '../../tensorflow/engine.ts';
import { biasAdd, conv2d } from '../../tensorflow/operations/index.ts';
import type { ForwardContext, Layer } from './layer.ts';

type ConvolutionNode = Extract<NetworkNode, { operation: 'conv' | 'pointwise' }>;

function forward(
  { engine, rotated, parameter }: ForwardContext,
  node: ConvolutionNode,
  input: Tensor,
): Tensor {
  const { kernel, bias, stride, padding, dilation = 1 } = node;
  const groups = node.operation === 'conv' ? (node.groups ?? 1) : 1;
  const output = conv2d(engine, input, parameter(kernel), { stride, padding, dilation, groups, rotated });
  return bias === null ? output : biasAdd(engine, output, parameter(bias));
}

export const conv: Layer<'conv'> = { operation: 'conv', forward };

/** A convolution of 1 × 1, kept apart because it is pruned and shown as its own kind. */
export const pointwise: Layer<'pointwise'> = { operation: 'pointwise', forward };
