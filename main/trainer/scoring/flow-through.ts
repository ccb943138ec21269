import { ACTIVATIONS, type Activation } from '../../../common/network.ts';
import type { ForwardContext } from '../network/layers/layer.ts';
import { forwardLayer, type LayerNode } from '../network/layers/registry.ts';
import type { Tensor } from '../tensorflow/engine.ts';
import { meanOfChannelsAndGates, relu } from '../tensorflow/operations/index.ts';

/**
 * A node as the synaptic flow goes through it. That as much flows out of every unit as into it, which keeps layers from
 * being emptied one by one, needs functions that are homogeneous of degree one (Tanaka et al., arXiv 2006.05467, theorems
 * 1 and 3). Most nodes are: kernels, pooling, sums, shortcuts, and batch norm by its running variance. For the others
 * stands what they are to a positive flow that never saturates:
 *
 * - every activation is ReLU, the identity of such a flow: hard-swish and swish without their bend, ReLU6 without its
 *   ceiling, and gates' sigmoids without either end;
 * - features times gates, of degree two, are their geometric mean, through which half of the flow comes from each. Their
 *   product would count every layer before it twice, and with it the gates of all blocks before: the nine of
 *   MobileNetV3-Small make a polynomial of degree 512, which no float64 holds.
 *
 * Networks of ReLU alone are scored as they are.
 */
export function flowThrough(
  context: ForwardContext,
  node: LayerNode,
  inputs: readonly [Tensor, ...Tensor[]],
): Tensor {
  const { engine } = context;
  if (isActivation(node.operation)) return relu(engine, inputs[0]);
  if (node.operation === 'scale') {
    const [features, gates] = inputs.map((input) => relu(engine, input));
    return meanOfChannelsAndGates(engine, features!, gates!);
  }
  return forwardLayer(context, node, inputs);
}

function isActivation(operation: LayerNode['operation']): operation is Activation {
  return (ACTIVATIONS as readonly string[]).includes(operation);
}
