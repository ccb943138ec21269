import type { NetworkNode } from '../../../../common/network.ts';
import type { Tensor } from '../../tensorflow/engine.ts';
import { biasAdd, conv2d } from '../../tensorflow/operations/index.ts';
import type { ForwardContext, Layer } from './layer.ts';

type ConvolutionNode = Extract<NetworkNode, { operation: 'conv' | 'pointwise' }>;

function forward(
  { engine, turned, parameter }: ForwardContext,
  node: ConvolutionNode,
  input: Tensor,
): Tensor {
  const { stride, padding } = node;
  const output = conv2d(engine, input, parameter(node.kernel), { stride, padding, turned });
  return node.bias === null ? output : biasAdd(engine, output, parameter(node.bias));
}

export const conv: Layer<'conv'> = { operation: 'conv', forward };

/** A convolution of 1 × 1, kept apart because it is pruned and shown as its own kind. */
export const pointwise: Layer<'pointwise'> = { operation: 'pointwise', forward };
