import { convolvedSize, type NetworkDescription, type NetworkNode } from '../../../common/network.ts';

type Convolution = Extract<NetworkNode, { operation: 'conv' | 'pointwise' | 'depthwise' }>;

/**
 * Whether a network runs on images that lie turned by half a turn, kernels turned with them. Where PyTorch's padding
 * is longer before an image than after it (3 × 3 at stride 2 on even sizes), TensorFlow's fast convolutions can not pad
 * so, but they can the other way round: the results are the same, and no padded copies are made. It needs that every
 * convolution reads its input to the end, and that positions have no meaning of their own before they are averaged away.
 */
export function runsTurned(network: NetworkDescription): boolean {
  const shapes = new Map(network.layers.map(({ name, shape }) => [name, shape]));
  const sizes = new Map<string, [number, number]>();
  let uneven = false;
  for (const node of network.nodes) {
    const size = sizes.get(node.inputs[0] ?? '') ?? [network.inputShape[0], network.inputShape[1]];
    if (node.operation === 'flatten' && node.spatial > 1) return false;
    if (!isConvolution(node)) {
      sizes.set(node.name, node.operation === 'global-average-pool' ? [1, 1] : size);
      continue;
    }
    const [rows, columns] = shapes.get(node.name)! as [number, number];
    const output = convolvedSize(size, [rows, columns], node);
    for (const axis of [0, 1] as const) {
      const window = axis === 0 ? rows : columns;
      const after = (output[axis] - 1) * node.stride + window - size[axis] - node.padding;
      if (after < 0) return false;
      if (after !== node.padding) uneven = true;
    }
    sizes.set(node.name, output);
  }
  return uneven;
}

function isConvolution(node: NetworkNode): node is Convolution {
  return node.operation === 'conv' || node.operation === 'pointwise' || node.operation === 'depthwise';
}
