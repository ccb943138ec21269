import {
  BATCH_NORM_EPSILON,
  convolvedSize,
  sizeOf,
  type Activation,
  type KernelKind,
  type NetworkDescription,
  type NetworkNode,
  type ParameterRole,
  type PrunableLayer,
} from '../../../common/network.ts';
import { positive, refuse, shapeText, slide, type Spatial } from './geometry.ts';

export interface DenseOptions {
  bias?: boolean;
}

export interface ConvolutionOptions {
  stride?: number;
  /** Zeros on each side; by default those that keep odd kernels' sizes at stride 1: dilation · (size − 1) / 2. */
  padding?: number;
  dilation?: number;
  bias?: boolean;
}

export interface PoolOptions {
  stride?: number;
  padding?: number;
}

/** What every node has; TypeScript's Omit would lose the union. */
type NodeFields = NetworkNode extends infer Node
  ? Node extends NetworkNode
    ? Omit<Node, 'name' | 'inputs' | 'channels'>
    : never
  : never;

/**
 * Builds a network's description, one layer after another. Every method appends a node that reads the current one, makes
 * it the current one and answers with the builder, so that a model reads as the list of its layers; `cursor` and `from`
 * make branches. What cannot be is refused with INVALID_STUDY, for a study may list layers itself.
 */
export class NetworkBuilder {
  readonly #description: NetworkDescription;
  readonly #nodes = new Map<string, NetworkNode>();
  /** Height and width of each node's output, null where it has none. */
  readonly #spatial = new Map<string, Spatial>();
  #current: NetworkNode;

  /** @param range lowest and highest value of a normalised pixel, for the exact analysis of inert weights */
  constructor(
    name: string,
    inputShape: [number, number, number],
    classes: number,
    range: { minimum: number; maximum: number },
  ) {
    this.#description = { name, inputShape, classes, nodes: [], parameters: [], layers: [] };
    this.#current = {
      name: 'input',
      operation: 'input',
      inputs: [],
      channels: inputShape[2],
      shape: [...inputShape],
      ...range,
    };
    this.#push(this.#current, [inputShape[0], inputShape[1]]);
  }

  /** Name of the current node, to branch from or to add to later. */
  get cursor(): string {
    return this.#current.name;
  }

  /** Channels of the current node; of a flattened one, its numbers. */
  get channels(): number {
    return this.#current.channels;
  }

  /** Height and width of the current node, null where it is flat. */
  get spatial(): [number, number] | null {
    const spatial = this.#spatialOf(this.#current);
    return spatial && [...spatial];
  }

  /** Goes on from an earlier node. */
  from(cursor: string): this {
    this.#current = this.#node(cursor);
    return this;
  }

  /** Fully connected; flattens before it where the activation is still spatial. */
  dense(name: string, units: number, { bias = true }: DenseOptions = {}): this {
    if (this.spatial) this.flatten(`${name}.flatten`);
    const shape = [this.channels, positive(name, 'units', units)];
    return this.#kernelLayer(name, 'dense', shape, units, { stride: 1, padding: 0, bias }, null);
  }

  /** Convolution `size` × `size`, with symmetric padding as PyTorch's; one of 1 × 1 without groups is pointwise. */
  conv(
    name: string,
    channels: number,
    size: number,
    { groups = 1, ...options }: ConvolutionOptions & { groups?: number } = {},
  ): this {
    positive(name, 'channels', channels);
    positive(name, 'groups', groups);
    const inputs = this.channels;
    if (inputs % groups !== 0 || channels % groups !== 0)
      refuse(
        `The layer ${name} cannot part ${inputs} input and ${channels} output channels in ${groups} groups: choose a number that divides both.`,
      );
    const kind = size === 1 && groups === 1 ? 'pointwise' : 'conv';
    const shape = [size, size, inputs / groups, channels];
    return this.#convolution(name, kind, shape, channels, { ...options, groups });
  }

  /** Depthwise convolution: `multiplier` kernels of `size` × `size` for each channel. */
  depthwise(
    name: string,
    size: number,
    { multiplier = 1, ...options }: ConvolutionOptions & { multiplier?: number } = {},
  ): this {
    const shape = [size, size, this.channels, positive(name, 'multiplier', multiplier)];
    return this.#convolution(name, 'depthwise', shape, this.channels * multiplier, options);
  }

  /** Batch normalisation; `momentum` is the share of the batch in the new running statistics (0.1). */
  batchNorm(
    name: string,
    { epsilon = BATCH_NORM_EPSILON, momentum }: { epsilon?: number; momentum?: number } = {},
  ): this {
    if (!(epsilon > 0)) refuse(`The epsilon of ${name} must be above 0, not ${epsilon}.`);
    if (momentum !== undefined && !(momentum > 0 && momentum <= 1))
      refuse(`The momentum of ${name} must be above 0 and at most 1, not ${momentum}.`);
    this.#unused(name);
    const parameter = (role: ParameterRole): string => this.#parameter(name, role, [this.channels]);
    return this.#append(name, {
      operation: 'batch-norm',
      gamma: parameter('gamma'),
      beta: parameter('beta'),
      mean: parameter('mean'),
      variance: parameter('variance'),
      epsilon,
      ...(momentum === undefined ? {} : { momentum }),
    });
  }

  activation(name: string, kind: Activation): this {
    return this.#append(name, { operation: kind });
  }

  relu(name: string): this {
    return this.activation(name, 'relu');
  }

  maxPool(name: string, size: number, options: PoolOptions = {}): this {
    return this.#pool(name, 'max-pool', size, options);
  }

  /** An average that counts the zeros of the padding, as PyTorch's. */
  averagePool(name: string, size: number, options: PoolOptions = {}): this {
    return this.#pool(name, 'average-pool', size, options);
  }

  /** The mean of each channel over all places: [batch, channels], or [batch, 1, 1, channels] where places are kept. */
  globalAveragePool(name: string, { keepSpatial = false }: { keepSpatial?: boolean } = {}): this {
    this.#places(name);
    const node = { operation: 'global-average-pool' as const, ...(keepSpatial ? { keepSpatial } : {}) };
    return this.#append(name, node, { spatial: keepSpatial ? [1, 1] : null });
  }

  /** Place by place, each place's channels in order. */
  flatten(name: string): this {
    const [height, width] = this.#places(name);
    const spatial = height * width;
    return this.#append(
      name,
      { operation: 'flatten', spatial },
      { spatial: null, channels: spatial * this.channels },
    );
  }

  /** @param rate probability of a zero, in training */
  dropout(name: string, rate: number): this {
    if (!(rate >= 0 && rate < 1)) refuse(`The rate of ${name} must be at least 0 and below 1, not ${rate}.`);
    return this.#append(name, { operation: 'dropout', rate });
  }

  /** The sum of the current node and others of its shape. */
  add(name: string, ...others: [string, ...string[]]): this {
    const shape = this.#shapeOf(this.#current);
    for (const other of others) {
      const found = this.#shapeOf(this.#node(other));
      if (found !== shape)
        refuse(
          `${name} cannot add ${this.cursor} (${shape}) and ${other} (${found}): both must have the same shape.`,
        );
    }
    return this.#append(name, { operation: 'add' }, { inputs: [this.cursor, ...others] });
  }

  /** Multiplies the features, channel by channel, by the current node, one number a channel: squeeze-and-excite. */
  scale(name: string, features: string): this {
    const node = this.#node(features);
    const [gates, wanted] = [this.#shapeOf(this.#current), shapeText([1, 1], node.channels)];
    if (gates !== wanted)
      refuse(
        `${name} cannot scale ${features} by ${this.cursor} (${gates}): the gates must be ${wanted}, as behind global average pooling that keeps the places.`,
      );
    return this.#append(
      name,
      { operation: 'scale' },
      { inputs: [features, this.cursor], channels: node.channels, spatial: this.#spatialOf(node) },
    );
  }

  /** ResNet's shortcut without parameters: subsamples, and pads channels with zeros, half of them before. */
  shortcut(name: string, channels: number, stride: number): this {
    positive(name, 'stride', stride);
    const missing = positive(name, 'channels', channels) - this.channels;
    if (missing < 0)
      refuse(
        `The shortcut ${name} cannot go from ${this.channels} channels to ${channels}: it only adds some.`,
      );
    const before = Math.floor(missing / 2);
    const spatial = convolvedSize(this.#places(name), [1, 1], { stride });
    return this.#append(
      name,
      { operation: 'shortcut', stride, before, after: missing - before },
      { channels, spatial },
    );
  }

  /** @throws CascadeError INVALID_STUDY where the current node is no row of logits, or another one leads nowhere. */
  build(): NetworkDescription {
    const { nodes, classes } = this.#description;
    if (this.spatial || this.channels !== classes)
      refuse(
        `The network ends in ${this.#shapeOf(this.#current)}, not in one number for each of ${classes} classes: end it with a dense layer of ${classes}.`,
      );
    const read = new Set(nodes.flatMap(({ inputs }) => inputs));
    const unread = nodes.find(({ name }) => name !== this.cursor && !read.has(name));
    if (unread) refuse(`Nothing reads the layer ${unread.name}: add it to another, or leave it out.`);
    return this.#description;
  }

  #node(name: string): NetworkNode {
    const node = this.#nodes.get(name);
    return node ?? refuse(`There is no layer ${name} before this one.`);
  }

  #spatialOf({ name }: NetworkNode): Spatial {
    return this.#spatial.get(name)!;
  }

  #shapeOf(node: NetworkNode): string {
    return shapeText(this.#spatialOf(node), node.channels);
  }

  #push(node: NetworkNode, spatial: Spatial): void {
    this.#unused(node.name);
    this.#description.nodes.push(node);
    this.#nodes.set(node.name, node);
    this.#spatial.set(node.name, spatial);
    this.#current = node;
  }

  #append(
    name: string,
    fields: NodeFields,
    {
      inputs = [this.cursor],
      channels = this.channels,
      spatial = this.spatial,
    }: { inputs?: string[]; channels?: number; spatial?: Spatial } = {},
  ): this {
    const { operation, ...rest } = fields;
    this.#push({ name, operation, inputs, channels, ...rest } as NetworkNode, spatial);
    return this;
  }

  #unused(name: string): void {
    if (this.#nodes.has(name)) refuse(`Two layers are named ${name}: every layer needs a name of its own.`);
  }

  /** Rows and columns of the current node, which has to have them. */
  #places(name: string): [number, number] {
    const spatial = this.spatial;
    return (
      spatial ??
      refuse(`The layer ${name} needs rows and columns, but ${this.cursor} has none: put it before them.`)
    );
  }

  #parameter(layer: string, role: ParameterRole, shape: number[]): string {
    const name = `${layer}.${role === 'kernel' ? 'weight' : role}`;
    this.#description.parameters.push({ name, layer, role, shape });
    return name;
  }

  #pool(
    name: string,
    operation: 'max-pool' | 'average-pool',
    size: number,
    { stride = size, padding = 0 }: PoolOptions,
  ): this {
    const spatial = slide(name, this.#places(name), size, { stride, padding, dilation: 1 });
    if (2 * padding > size)
      refuse(`The padding of ${name} must be at most half its size of ${size}, not ${padding}.`);
    return this.#append(name, { operation, size, stride, padding }, { spatial });
  }

  #convolution(
    name: string,
    kind: KernelKind,
    shape: number[],
    channels: number,
    {
      stride = 1,
      dilation = 1,
      padding = Math.floor((dilation * (shape[0]! - 1)) / 2),
      bias = false,
      groups = 1,
    }: ConvolutionOptions & { groups?: number },
  ): this {
    const spatial = slide(name, this.#places(name), shape[0]!, { stride, padding, dilation });
    const fields = { stride, padding, bias, dilation, groups };
    return this.#kernelLayer(name, kind, shape, channels, fields, spatial);
  }

  #kernelLayer(
    name: string,
    kind: KernelKind,
    shape: number[],
    channels: number,
    options: {
      stride: number;
      padding: number;
      bias: boolean;
      dilation?: number;
      groups?: number;
    },
    spatial: Spatial,
  ): this {
    this.#unused(name);
    const { stride, padding, bias, dilation = 1, groups = 1 } = options;
    const inputChannels = this.channels;
    const kernel = this.#parameter(name, 'kernel', shape);
    const weights = sizeOf(shape);
    const grouped = groups === 1 ? {} : { groups };
    const layer: PrunableLayer = {
      name,
      kind,
      ...grouped,
      kernel,
      shape,
      weights,
      inputChannels,
      outputChannels: channels,
      macs: weights * (spatial ? spatial[0] * spatial[1] : 1),
    };
    this.#description.layers.push(layer);
    return this.#append(
      name,
      {
        operation: kind,
        kernel,
        bias: bias ? this.#parameter(name, 'bias', [channels]) : null,
        stride,
        padding,
        ...(dilation === 1 ? {} : { dilation }),
        ...grouped,
      },
      { channels, spatial },
    );
  }
}
