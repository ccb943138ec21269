import { pyTorchTensors } from '../../main/codec/pytorch-layout.ts';
import { encodeSafetensors, type SafetensorsTensor } from '../../main/codec/safetensors.ts';
import { sizeOf, type NetworkDescription } from '../../common/network.ts';
import type { NamedOptions } from '../../common/run-specification.ts';
import { models } from '../../main/trainer/network/registry.ts';

/** The cases of networks_reference.py, as a study names them. */

export const NETWORK_CLASSES = 10;
export const NETWORK_BATCH = 4;

export interface NetworkCase {
  name: string;
  network: NetworkDescription;
  /** Whether the reference gives gradients as well. */
  gradients: boolean;
}

const WITH_GRADIENTS = ['resnet-20', 'mobilenet-v3-small', 'layers'];

function networkCase(options: NamedOptions, side: number, channels = 3): NetworkCase {
  const { name } = options;
  const network = models.open(options).describe({
    imageShape: [side, side, channels],
    classes: NETWORK_CLASSES,
    minimum: -1,
    maximum: 1,
  });
  return { name, network, gradients: WITH_GRADIENTS.includes(name) };
}

/** Each kind of layer that a study may list, in the reference's class Listed. */
const listed: NamedOptions = {
  name: 'layers',
  layers: [
    { layer: 'conv', channels: 8, size: 5, stride: 2 },
    { layer: 'batch-norm', name: 'norm1', epsilon: 0.01 },
    'relu6',
    { layer: 'conv', name: 'grouped', channels: 12, dilation: 2, groups: 2, bias: true },
    'hard-swish',
    { layer: 'max-pool', size: 3, stride: 2, padding: 1 },
    { layer: 'depthwise', multiplier: 2 },
    'sigmoid',
    { layer: 'separable', channels: 16 },
    { layer: 'residual', layers: [{ layer: 'conv', channels: 16 }, 'batch-norm'] },
    'relu',
    {
      layer: 'residual',
      layers: [{ layer: 'conv', channels: 20, stride: 2, bias: true }, 'batch-norm'],
      shortcut: 'projection',
    },
    'squeeze-excite',
    { layer: 'average-pool', stride: 1 },
    'swish',
    'flatten',
    { layer: 'dropout', rate: 0 },
    { layer: 'dense', units: 14 },
    'hard-sigmoid',
    'dense',
  ],
};

export const networkCases: readonly NetworkCase[] = [
  networkCase({ name: 'lenet-5' }, 28, 1),
  networkCase({ name: 'conv-2' }, 16),
  networkCase({ name: 'vgg-11' }, 32),
  networkCase({ name: 'resnet-20' }, 16),
  networkCase({ name: 'resnet-18' }, 32),
  networkCase({ name: 'resnet-50' }, 64),
  networkCase({ name: 'wide-resnet-28', widen: 2 }, 16),
  networkCase({ name: 'mobilenet-v1', width: 0.5 }, 32),
  networkCase({ name: 'mobilenet-v2', width: 0.75 }, 32),
  networkCase({ name: 'mobilenet-v3-small', dropout: 0 }, 64),
  networkCase({ name: 'mobilenet-v3-large' }, 32),
  networkCase(listed, 32),
];

/** `count` numbers in 0 … 1 without a pattern, as `values` of the reference makes them. */
export function values(name: string, count: number): Float64Array {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 0x01000193) >>> 0;
  const numbers = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    let x = (seed + Math.imul(index, 0x9e3779b9)) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b) >>> 0;
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0;
    numbers[index] = ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
  }
  return numbers;
}

/** The network's state dict, as the reference fills and saves it. */
export function stateDict(network: NetworkDescription): Uint8Array {
  const tensors = new Map<string, SafetensorsTensor>();
  for (const [, { name, shape }] of pyTorchTensors(network)) {
    const scaled = scaling(name, shape);
    const numbers = new Float32Array(values(name, sizeOf(shape)).map(scaled));
    tensors.set(name, { dtype: 'F32', shape, bytes: new Uint8Array(numbers.buffer) });
    if (name.endsWith('running_var'))
      tensors.set(name.replace('running_var', 'num_batches_tracked'), {
        dtype: 'I64',
        shape: [],
        bytes: new Uint8Array(8),
      });
  }
  return encodeSafetensors({ metadata: {}, tensors });
}

function scaling(name: string, shape: readonly number[]): (u: number) => number {
  if (name.endsWith('running_mean')) return (u) => 0.4 * u - 0.2;
  if (name.endsWith('running_var') || (name.endsWith('weight') && shape.length === 1)) return (u) => 0.5 + u;
  if (name.endsWith('bias')) return (u) => 0.2 * u - 0.1;
  const bound = Math.sqrt(6 / sizeOf(shape.slice(1)));
  return (u) => (2 * u - 1) * bound;
}
