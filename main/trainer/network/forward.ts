import type { NetworkDescription } from '../../../common/network.ts';
import type { Tensor } from '../tensorflow/engine.ts';
import type { ForwardContext } from './layers/layer.ts';
import { forwardLayer } from './layers/registry.ts';

/**
 * Adds the network's forward pass to the trace.
 *
 * @param images normalised, [batch, height, width, channels]
 * @param through what each node makes of its inputs: its own layer, unless another function stands in for some
 * @returns logits [batch, classes]
 */
export function forward(
  context: ForwardContext,
  network: NetworkDescription,
  images: Tensor,
  through: typeof forwardLayer = forwardLayer,
): Tensor {
  const outputs = new Map<string, Tensor>();
  let last = images;
  for (const node of network.nodes) {
    if (node.operation !== 'input') {
      const inputs = node.inputs.map((name) => outputs.get(name)!) as [Tensor, ...Tensor[]];
      last = through(context, node, inputs);
    }
    outputs.set(node.name, last);
  }
  return last;
}
