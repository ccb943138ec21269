import type { KernelKind, NetworkDescription, NetworkNode, ParameterRole } from '../../../common/network.ts';

/** PyTorch's ε of batch normalisation. */
const BATCH_NORM_EPSILON = 1e-5;

/**
 * Builds a network's description, one layer after another. Every method appends a node that reads the last one and
 * answers with the builder, so that a model reads as the list of its layers.
 */
export class NetworkBuilder {
  readonly #description: NetworkDescription;
  /** Height and width where the activation still has them, else null. */
  #spatial: [number, number] | null;

  /** @param range lowest and highest value of a normalised pixel, for the exact analysis of inert weights */
  constructor(
    name: string,
    inputShape: [number, number, number],
    classes: number,
    range: { minimum: number; maximum: number },
  ) {
    this.#spatial = [inputShape[0], inputShape[1]];
    this.#description = { name, inputShape, classes, nodes: [], parameters: [], layers: [] };
    this.#description.nodes.push({
      name: 'input',
      operation: 'input',
      inputs: [],
      channels: inputShape[2],
      shape: [...inputShape],
      ...range,
    });
  }

  /** Fully connected; flattens before it where the activation is still spatial. */
  dense(name: string, units: number): this {
    if (this.#spatial) this.#flatten(`${name}.flatten`);
    const inputs = this.#last.channels;
    this.#kernelLayer(name, 'dense', [inputs, units], units, {
      stride: 1,
      padding: 0,
      bias: true,
      positions: 1,
    });
    return this;
  }

  /** Convolution `size` × `size` with symmetric padding of (size − 1) / 2, as PyTorch's; no bias before batch norm. */
  conv(name: string, channels: number, size: number, stride: number, bias = false): this {
    const padding = (size - 1) / 2;
    const positions = this.#convolve(size, stride, padding);
    const kind = size === 1 ? 'pointwise' : 'conv';
    const shape = [size, size, this.#last.channels, channels];
    this.#kernelLayer(name, kind, shape, channels, { stride, padding, bias, positions });
    return this;
  }

  /** Depthwise convolution: one `size` × `size` kernel a channel. */
  depthwise(name: string, size: number, stride: number): this {
    const padding = (size - 1) / 2;
    const positions = this.#convolve(size, stride, padding);
    const channels = this.#last.channels;
    this.#kernelLayer(name, 'depthwise', [size, size, channels, 1], channels, {
      stride,
      padding,
      bias: false,
      positions,
    });
    return this;
  }

  batchNorm(name: string): this {
    const { channels } = this.#last;
    const parameter = (role: ParameterRole): string => this.#parameter(name, role, [channels]);
    this.#push({
      name,
      operation: 'batch-norm',
      inputs: [this.#last.name],
      channels,
      gamma: parameter('gamma'),
      beta: parameter('beta'),
      mean: parameter('mean'),
      variance: parameter('variance'),
      epsilon: BATCH_NORM_EPSILON,
    });
    return this;
  }

  relu(name: string): this {
    const { name: input, channels } = this.#last;
    this.#push({ name, operation: 'relu', inputs: [input], channels });
    return this;
  }

  globalAveragePool(name: string): this {
    const { name: input, channels } = this.#last;
    this.#push({ name, operation: 'global-average-pool', inputs: [input], channels });
    this.#spatial = null;
    return this;
  }

  build(): NetworkDescription {
    return this.#description;
  }

  get #last(): NetworkNode {
    return this.#description.nodes.at(-1)!;
  }

  #push(node: NetworkNode): void {
    this.#description.nodes.push(node);
  }

  #parameter(layer: string, role: ParameterRole, shape: number[]): string {
    const name = `${layer}.${role === 'kernel' ? 'weight' : role}`;
    this.#description.parameters.push({ name, layer, role, shape });
    return name;
  }

  #flatten(name: string): void {
    const [height, width] = this.#spatial!;
    const { name: input, channels } = this.#last;
    this.#push({
      name,
      operation: 'flatten',
      inputs: [input],
      channels: height * width * channels,
      spatial: height * width,
    });
    this.#spatial = null;
  }

  /** Sets the spatial size after a convolution; answers with its number of output positions. */
  #convolve(size: number, stride: number, padding: number): number {
    if (!this.#spatial) throw new Error('A convolution needs a spatial activation.');
    const [height, width] = this.#spatial.map(
      (length) => Math.floor((length + 2 * padding - size) / stride) + 1,
    ) as [number, number];
    this.#spatial = [height, width];
    return height * width;
  }

  #kernelLayer(
    name: string,
    kind: KernelKind,
    shape: number[],
    channels: number,
    {
      stride,
      padding,
      bias,
      positions,
    }: { stride: number; padding: number; bias: boolean; positions: number },
  ): void {
    const inputChannels = this.#last.channels;
    const kernel = this.#parameter(name, 'kernel', shape);
    const weights = shape.reduce((product, length) => product * length, 1);
    this.#push({
      name,
      operation: kind,
      inputs: [this.#last.name],
      channels,
      kernel,
      bias: bias ? this.#parameter(name, 'bias', [channels]) : null,
      stride,
      padding,
    });
    this.#description.layers.push({
      name,
      kind,
      kernel,
      shape,
      weights,
      inputChannels,
      outputChannels: channels,
      macs: weights * positions,
    });
  }
}
