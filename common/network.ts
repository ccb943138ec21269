/**
 * The shape of a network as data: what the trainer builds, the inert analysis walks and the replay draws.
 * Activations are channels-last. Kernels: dense [in, out]; conv [height, width, in, out];
 * depthwise [height, width, in, multiplier], whose output channel is `in · multiplier + m`.
 */

/** Kinds of layer that hold a prunable kernel. A pointwise layer is a convolution of 1 × 1. */
export const KERNEL_KINDS = ['dense', 'conv', 'depthwise', 'pointwise'] as const;
export type KernelKind = (typeof KERNEL_KINDS)[number];

interface KernelFields {
  kernel: string;
  bias: string | null;
  stride: number;
  /** Zeros on each side, as PyTorch's symmetric padding. */
  padding: number;
}

/** One node of the network's graph; `inputs` name earlier nodes. The first node is the input, the last the logits. */
export type NetworkNode = { name: string; inputs: string[]; channels: number } & (
  | { operation: 'input'; shape: number[]; minimum: number; maximum: number }
  | ({ operation: 'dense' } & KernelFields)
  | ({ operation: 'conv' } & KernelFields)
  | ({ operation: 'pointwise' } & KernelFields)
  | ({ operation: 'depthwise' } & KernelFields)
  | { operation: 'batch-norm'; gamma: string; beta: string; mean: string; variance: string; epsilon: number }
  | { operation: 'relu' }
  | { operation: 'flatten'; spatial: number }
  | { operation: 'global-average-pool' }
);

export type ParameterRole = 'kernel' | 'bias' | 'gamma' | 'beta' | 'mean' | 'variance';

/** One tensor of the network. `layer` is the node it belongs to. Only kernels are prunable. */
export interface ParameterDescription {
  name: string;
  layer: string;
  role: ParameterRole;
  shape: number[];
}

/** A layer with a prunable kernel: what masks, records and views speak of. Its name is the layer's. */
export interface PrunableLayer {
  name: string;
  kind: KernelKind;
  /** Name of the kernel among the parameters. */
  kernel: string;
  shape: number[];
  /** Number of weights. */
  weights: number;
  /** Input channels that the kernel reads, and output channels that it makes. */
  inputChannels: number;
  outputChannels: number;
  /** Multiply-accumulates for one image. */
  macs: number;
}

export interface NetworkDescription {
  name: string;
  /** Height, width, channels of one image. */
  inputShape: [number, number, number];
  classes: number;
  nodes: NetworkNode[];
  parameters: ParameterDescription[];
  layers: PrunableLayer[];
}

/** Output channel of weight `index` of a layer's kernel, in the kernel's own flattening. */
export function channelOf(layer: Pick<PrunableLayer, 'outputChannels'>, index: number): number {
  return index % layer.outputChannels;
}
