import type { NetworkDescription, NetworkNode } from '../../../common/network.ts';

/** Channels-last activation of one image: [height × width × channels]. */
interface Activation {
  height: number;
  width: number;
  channels: number;
  values: Float64Array;
}

/**
 * The logits of one image in evaluation mode, by the definitions, one number after another in float64: what the exact
 * analyses are held against.
 */
export function logitsOf(
  network: NetworkDescription,
  values: ReadonlyMap<string, Float32Array>,
  pixels: ArrayLike<number>,
): Float64Array {
  const [height, width, channels] = network.inputShape;
  const activations = new Map<string, Activation>();
  for (const node of network.nodes)
    activations.set(
      node.name,
      node.operation === 'input'
        ? { height, width, channels, values: Float64Array.from(pixels) }
        : apply(node, activations.get(node.inputs[0]!)!, (name) => values.get(name)!),
    );
  return activations.get(network.nodes.at(-1)!.name)!.values;
}

type Computed = Exclude<NetworkNode, { operation: 'input' }>;

function apply(node: Computed, input: Activation, value: (name: string) => Float32Array): Activation {
  switch (node.operation) {
    case 'dense': {
      const output = plain(node.channels);
      for (let to = 0; to < node.channels; to++) {
        let sum = node.bias === null ? 0 : value(node.bias)[to]!;
        for (let from = 0; from < input.values.length; from++)
          sum += input.values[from]! * value(node.kernel)[from * node.channels + to]!;
        output.values[to] = sum;
      }
      return output;
    }
    case 'conv':
    case 'pointwise':
    case 'depthwise':
      return convolve(node, input, value(node.kernel), node.bias === null ? null : value(node.bias));
    case 'batch-norm':
      return map(input, (x, channel) => {
        const [gamma, beta, mean, variance] = [node.gamma, node.beta, node.mean, node.variance].map(
          (name) => value(name)[channel]!,
        ) as [number, number, number, number];
        return ((x - mean) / Math.sqrt(variance + node.epsilon)) * gamma + beta;
      });
    case 'relu':
      return map(input, (x) => Math.max(x, 0));
    case 'flatten':
      return { ...plain(input.values.length), values: input.values };
    case 'global-average-pool': {
      const output = plain(input.channels);
      input.values.forEach((x, index) => (output.values[index % input.channels]! += x));
      return map(output, (sum) => sum / (input.height * input.width));
    }
  }
}

function convolve(
  node: Extract<Computed, { operation: 'conv' | 'pointwise' | 'depthwise' }>,
  input: Activation,
  kernel: Float32Array,
  bias: Float32Array | null,
): Activation {
  const depthwise = node.operation === 'depthwise';
  const size = Math.sqrt(kernel.length / node.channels / (depthwise ? 1 : input.channels));
  const side = (length: number): number => Math.floor((length + 2 * node.padding - size) / node.stride) + 1;
  const output: Activation = {
    height: side(input.height),
    width: side(input.width),
    channels: node.channels,
    values: new Float64Array(side(input.height) * side(input.width) * node.channels),
  };
  const multiplier = node.channels / input.channels;
  for (let y = 0; y < output.height; y++)
    for (let x = 0; x < output.width; x++)
      for (let to = 0; to < node.channels; to++) {
        let sum = bias?.[to] ?? 0;
        for (let ky = 0; ky < size; ky++)
          for (let kx = 0; kx < size; kx++) {
            const [row, column] = [y * node.stride + ky - node.padding, x * node.stride + kx - node.padding];
            if (row < 0 || row >= input.height || column < 0 || column >= input.width) continue;
            const pixel = (row * input.width + column) * input.channels;
            const place = ky * size + kx;
            if (depthwise) {
              const from = Math.floor(to / multiplier);
              sum += input.values[pixel + from]! * kernel[place * node.channels + to]!;
            } else
              for (let from = 0; from < input.channels; from++)
                sum +=
                  input.values[pixel + from]! * kernel[(place * input.channels + from) * node.channels + to]!;
          }
        output.values[(y * output.width + x) * node.channels + to] = sum;
      }
  return output;
}

const plain = (channels: number): Activation => ({
  height: 1,
  width: 1,
  channels,
  values: new Float64Array(channels),
});

function map(input: Activation, of: (x: number, channel: number) => number): Activation {
  return { ...input, values: input.values.map((x, index) => of(x, index % input.channels)) };
}
