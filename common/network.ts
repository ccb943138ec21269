/**
 * The shape of a network as data: what the trainer builds, the inert analysis walks and the replay draws.
 * Activations are channels-last. Kernels: dense [in, out]; conv [height, width, in ÷ groups, out], whose output channels
 * run group by group; depthwise [height, width, in, multiplier], whose output channel is `in · multiplier + m`.
 */

/** Kinds of layer that hold a prunable kernel. A pointwise layer is a convolution of 1 × 1. */
export const KERNEL_KINDS = ['dense', 'conv', 'depthwise', 'pointwise'] as const;
export type KernelKind = (typeof KERNEL_KINDS)[number];

/** Element-wise functions, as PyTorch defines them, kinks included: hard ones of x + 3 in 0 … 6, swish x · sigmoid(x). */
export const ACTIVATIONS = ['relu', 'relu6', 'hard-swish', 'hard-sigmoid', 'sigmoid', 'swish'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

interface KernelFields {
  kernel: string;
  bias: string | null;
  stride: number;
  /** Zeros on each side, as PyTorch's symmetric padding. */
  padding: number;
  /** Distance between the places that a kernel reads; 1 where absent. */
  dilation?: number;
}

interface GroupFields {
  /** Parts of the channels that are convolved each on its own; 1 where absent. */
  groups?: number;
}

interface PoolFields {
  /** Rows and columns of the window. */
  size: number;
  stride: number;
  /** On each side: of −∞ for a maximum, of zeros that count for an average. At most half the size, as in PyTorch. */
  padding: number;
}

/** One node of the network's graph; `inputs` name earlier nodes. The first node is the input, the last the logits. */
export type NetworkNode = { name: string; inputs: string[]; channels: number } & (
  | { operation: 'input'; shape: number[]; minimum: number; maximum: number }
  | ({ operation: 'dense' } & KernelFields)
  | ({ operation: 'conv' } & KernelFields & GroupFields)
  | ({ operation: 'pointwise' } & KernelFields)
  | ({ operation: 'depthwise' } & KernelFields)
  | {
      operation: 'batch-norm';
      gamma: string;
      beta: string;
      mean: string;
      variance: string;
      epsilon: number;
      /** Share of the batch in the new running statistics; BATCH_NORM_MOMENTUM where absent. */
      momentum?: number;
    }
  | { [Kind in Activation]: { operation: Kind } }[Activation]
  | ({ operation: 'max-pool' } & PoolFields)
  | ({ operation: 'average-pool' } & PoolFields)
  /** [batch, channels], or [batch, 1, 1, channels] where rows and columns are kept. */
  | { operation: 'global-average-pool'; keepSpatial?: boolean }
  | { operation: 'flatten'; spatial: number }
  /** In training, zeros at random with probability `rate`, the rest ÷ (1 − rate). */
  | { operation: 'dropout'; rate: number }
  /** Sum of two or more inputs of one shape. */
  | { operation: 'add' }
  /** Inputs: features, and gates [batch, 1, 1, channels] that they are multiplied by, channel by channel. */
  | { operation: 'scale' }
  /**
   * The shortcut of ResNet without parameters (He et al., arXiv 1512.03385, option A): every `stride`-th row and
   * column from the first, and channels of zeros before and after those of the input.
   */
  | { operation: 'shortcut'; stride: number; before: number; after: number }
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
  /** Of a convolution whose channels are convolved in parts; 1 where absent. */
  groups?: number;
  /** Name of the kernel among the parameters. */
  kernel: string;
  shape: number[];
  /** Number of weights. */
  weights: number;
  /** Channels of the input (of all groups together), and output channels that the kernel makes. */
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

/**
 * Input channel that weights of a layer's kernel read.
 *
 * @param row of the kernel's flattening: `floor(index / outputChannels)`
 * @param output channel of the weight: `index % outputChannels`
 */
export function inputChannelOf(
  {
    kind,
    inputChannels,
    outputChannels,
    groups = 1,
  }: Pick<PrunableLayer, 'kind' | 'inputChannels' | 'outputChannels' | 'groups'>,
  row: number,
  output: number,
): number {
  if (kind === 'depthwise') return Math.floor((output * inputChannels) / outputChannels);
  const width = inputChannels / groups;
  return groups === 1 ? row % width : Math.floor((output * groups) / outputChannels) * width + (row % width);
}

/** PyTorch's constants of batch normalisation. */
export const BATCH_NORM_EPSILON = 1e-5;
export const BATCH_NORM_MOMENTUM = 0.1;

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** How a window moves over rows and columns, as PyTorch has it. */
export interface WindowGeometry {
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
}

/**
 * Rows and columns of the output of a convolution or a pooling (ceil_mode false).
 *
 * @param window rows and columns of the kernel
 */
export function convolvedSize(
  size: readonly [number, number],
  window: readonly [number, number],
  { stride = 1, padding = 0, dilation = 1 }: WindowGeometry,
): [number, number] {
  const side = (length: number, reach: number): number =>
    Math.floor((length + 2 * padding - dilation * (reach - 1) - 1) / stride) + 1;
  return [side(size[0], window[0]), side(size[1], window[1])];
}
