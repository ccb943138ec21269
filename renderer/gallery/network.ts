import { sizeOf, type NetworkDescription, type PrunableLayer } from '../../common/network.ts';

/** A small depthwise-separable net, as data: the regime in which cascades show. */
const LAYERS: [name: string, kind: PrunableLayer['kind'], shape: number[]][] = [
  ['conv1', 'conv', [3, 3, 1, 32]],
  ['dw1', 'depthwise', [3, 3, 32, 1]],
  ['pw1', 'pointwise', [1, 1, 32, 64]],
  ['dw2', 'depthwise', [3, 3, 64, 1]],
  ['pw2', 'pointwise', [1, 1, 64, 128]],
  ['dw3', 'depthwise', [3, 3, 128, 1]],
  ['pw3', 'pointwise', [1, 1, 128, 128]],
  ['dw4', 'depthwise', [3, 3, 128, 1]],
  ['pw4', 'pointwise', [1, 1, 128, 256]],
  ['fc', 'dense', [256, 10]],
];

export const LAYER_LIST: PrunableLayer[] = LAYERS.map(([name, kind, shape]) => {
  const weights = sizeOf(shape);
  const last = shape.at(-1) ?? 1;
  const inputs = shape.at(-2) ?? 1;
  return {
    name,
    kind,
    kernel: `${name}.kernel`,
    shape,
    weights,
    inputChannels: inputs,
    outputChannels: kind === 'depthwise' ? inputs * last : last,
    macs: weights * 49,
  };
});

export const NETWORK: NetworkDescription = {
  name: 'depthwise-separable',
  inputShape: [28, 28, 1],
  classes: 10,
  nodes: [],
  parameters: [],
  layers: LAYER_LIST,
};
