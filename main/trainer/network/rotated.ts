import { convolvedSize, type NetworkDescription, type NetworkNode } from '../../../common/network.ts';

interface Window {
  rows: number;
  columns: number;
  stride: number;
  padding: number;
  dilation?: number;
}

/**
 * Whether a network runs on images that lie rotated by half a turn, kernels rotated with them. Where PyTorch's padding
 * is longer before an image than after it (3 × 3 at stride 2 on even sizes), TensorFlow's fast convolutions cannot pad
 * so, but they can the other way round: the results are the same, and no padded copies are made. It needs that every
 * window reads its input to the end, and that positions have no meaning of their own before they are averaged away.
 * Maxima do give them one: the gradient of equal ones goes to the first.
 */
export function runsRotated(network: NetworkDescription): boolean {
  const shapes = new Map(network.layers.map(({ name, shape }) => [name, shape]));
  const sizes = new Map<string, [number, number]>();
  let uneven = false;
  for (const node of network.nodes) {
    const size = sizes.get(node.inputs[0] ?? '') ?? [network.inputShape[0], network.inputShape[1]];
    if (node.operation === 'max-pool' || (node.operation === 'flatten' && node.spatial > 1)) return false;
    const window = windowOf(node, shapes.get(node.name));
    if (!window) {
      sizes.set(node.name, node.operation === 'global-average-pool' ? [1, 1] : size);
      continue;
    }
    const { rows, columns, stride, padding, dilation = 1 } = window;
    const output = convolvedSize(size, [rows, columns], window);
    for (const axis of [0, 1] as const) {
      const reach = dilation * ((axis === 0 ? rows : columns) - 1) + 1;
      const after = (output[axis] - 1) * stride + reach - size[axis] - padding;
      if (after < 0) return false;
      if (after !== padding) uneven = true;
    }
    sizes.set(node.name, output);
  }
  return uneven;
}

/** What moves over rows and columns, if the node has such a thing. */
function windowOf(node: NetworkNode, kernel: readonly number[] | undefined): Window | null {
  switch (node.operation) {
    case 'conv':
    case 'pointwise':
    case 'depthwise':
      return { ...node, rows: kernel![0]!, columns: kernel![1]! };
    case 'average-pool':
      return { ...node, rows: node.size, columns: node.size };
    case 'shortcut':
      return { rows: 1, columns: 1, stride: node.stride, padding: 0 };
    default:
      return null;
  }
}
