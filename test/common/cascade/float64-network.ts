import type { NetworkDescription, NetworkNode } from '../../../common/network.ts';

/** Channels-last activation of one image: [height × width × channels]. */
export interface Activation {
  height: number;
  width: number;
  channels: number;
  values: Float64Array;
}

/** What every operation's result is rounded to: `Math.fround` computes as float32 does. */
export type Rounding = (x: number) => number;

type Computed = Exclude<NetworkNode, { operation: 'input' }>;

/** What a node needs besides its inputs. */
interface Context {
  value(name: string): Float32Array;
  /** Shape of the node's kernel. */
  shape: readonly number[];
  round: Rounding;
}

/**
 * The logits of one image in evaluation mode, by the definitions, one number after another in float64: what the exact
 * analyses are held against.
 */
export function logitsOf(
  network: NetworkDescription,
  values: ReadonlyMap<string, Float32Array>,
  pixels: ArrayLike<number>,
  round: Rounding = (x) => x,
): Float64Array {
  return activationsOf(network, values, pixels, round).get(network.nodes.at(-1)!.name)!.values;
}

/** Outputs of every node for one image, by its name. */
export function activationsOf(
  network: NetworkDescription,
  values: ReadonlyMap<string, Float32Array>,
  pixels: ArrayLike<number>,
  round: Rounding,
): Map<string, Activation> {
  const [height, width, channels] = network.inputShape;
  const shapes = new Map(network.layers.map(({ name, shape }) => [name, shape]));
  const activations = new Map<string, Activation>();
  for (const node of network.nodes)
    activations.set(
      node.name,
      node.operation === 'input'
        ? { height, width, channels, values: Float64Array.from(pixels, round) }
        : apply(
            node,
            node.inputs.map((name) => activations.get(name)!),
            { value: (name) => values.get(name)!, shape: shapes.get(node.name) ?? [], round },
          ),
    );
  return activations;
}

function apply(node: Computed, inputs: readonly Activation[], context: Context): Activation {
  const input = inputs[0]!;
  const { value, round } = context;
  const rounded = (of: (x: number, channel: number) => number): Activation =>
    map(input, (x, channel) => round(of(x, channel)));
  switch (node.operation) {
    case 'dense': {
      const output = plain(1, 1, node.channels);
      for (let to = 0; to < node.channels; to++) {
        let sum = node.bias === null ? 0 : value(node.bias)[to]!;
        for (let from = 0; from < input.values.length; from++)
          sum = round(sum + input.values[from]! * value(node.kernel)[from * node.channels + to]!);
        output.values[to] = sum;
      }
      return output;
    }
    case 'conv':
    case 'pointwise':
    case 'depthwise':
      return convolve(node, input, context);
    case 'batch-norm':
      return rounded((x, channel) => {
        const [gamma, beta, mean, variance] = [node.gamma, node.beta, node.mean, node.variance].map(
          (name) => value(name)[channel]!,
        ) as [number, number, number, number];
        return round(round(round(x - mean) / Math.sqrt(variance + node.epsilon)) * gamma) + beta;
      });
    case 'relu':
      return map(input, (x) => Math.max(x, 0));
    case 'relu6':
      return map(input, relu6);
    case 'hard-sigmoid':
      return rounded((x) => relu6(round(x + 3)) / 6);
    case 'hard-swish':
      return rounded((x) => x * round(relu6(round(x + 3)) / 6));
    case 'sigmoid':
      return rounded(sigmoid);
    case 'swish':
      return rounded((x) => x * round(sigmoid(x)));
    case 'dropout':
      return input;
    case 'flatten':
      return { ...plain(1, 1, input.values.length), values: input.values };
    case 'max-pool':
      return pool(node, input, (window) => window.reduce((most, x) => Math.max(most, x), -Infinity));
    case 'average-pool':
      return pool(node, input, (window) =>
        round(window.reduce((sum, x) => round(sum + x), 0) / node.size ** 2),
      );
    case 'global-average-pool': {
      const output = plain(1, 1, input.channels);
      input.values.forEach((x, index) => {
        const channel = index % input.channels;
        output.values[channel] = round(output.values[channel]! + x);
      });
      return map(output, (sum) => round(sum / (input.height * input.width)));
    }
    case 'add':
      return map(input, (x, _channel, index) =>
        inputs.slice(1).reduce((sum, { values }) => round(sum + values[index]!), x),
      );
    case 'scale':
      return rounded((x, channel) => x * inputs[1]!.values[channel]!);
    case 'shortcut': {
      const [height, width] = [input.height, input.width].map((side) => Math.ceil(side / node.stride)) as [
        number,
        number,
      ];
      const output = plain(height, width, node.channels);
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          for (let channel = 0; channel < input.channels; channel++)
            output.values[(y * width + x) * node.channels + node.before + channel] =
              input.values[(y * node.stride * input.width + x * node.stride) * input.channels + channel]!;
      return output;
    }
  }
}

function convolve(
  node: Extract<Computed, { operation: 'conv' | 'pointwise' | 'depthwise' }>,
  input: Activation,
  { value, shape, round }: Context,
): Activation {
  const kernel = value(node.kernel);
  const bias = node.bias === null ? null : value(node.bias);
  const [rows, columns] = shape as [number, number];
  const dilation = node.dilation ?? 1;
  const groups =
    node.operation === 'depthwise' ? input.channels : node.operation === 'conv' ? (node.groups ?? 1) : 1;
  const read = input.channels / groups;
  const side = (length: number, size: number): number =>
    Math.floor((length + 2 * node.padding - dilation * (size - 1) - 1) / node.stride) + 1;
  const output = plain(side(input.height, rows), side(input.width, columns), node.channels);
  for (let y = 0; y < output.height; y++)
    for (let x = 0; x < output.width; x++)
      for (let to = 0; to < node.channels; to++) {
        let sum = bias?.[to] ?? 0;
        for (let ky = 0; ky < rows; ky++)
          for (let kx = 0; kx < columns; kx++) {
            const row = y * node.stride + ky * dilation - node.padding;
            const column = x * node.stride + kx * dilation - node.padding;
            if (row < 0 || row >= input.height || column < 0 || column >= input.width) continue;
            const group = Math.floor(to / (node.channels / groups));
            const pixel = (row * input.width + column) * input.channels + group * read;
            for (let from = 0; from < read; from++) {
              const weight = kernel[((ky * columns + kx) * read + from) * node.channels + to]!;
              sum = round(sum + input.values[pixel + from]! * weight);
            }
          }
        output.values[(y * output.width + x) * node.channels + to] = sum;
      }
  return output;
}

/** Windows of a channel's values: zeros of padding are among those of a mean, and not among those of a maximum. */
function pool(
  { size, stride, padding, operation }: Extract<Computed, { operation: 'max-pool' | 'average-pool' }>,
  input: Activation,
  of: (window: number[]) => number,
): Activation {
  const side = (length: number): number => Math.floor((length + 2 * padding - size) / stride) + 1;
  const output = plain(side(input.height), side(input.width), input.channels);
  for (let y = 0; y < output.height; y++)
    for (let x = 0; x < output.width; x++)
      for (let channel = 0; channel < input.channels; channel++) {
        const window: number[] = [];
        for (let place = 0; place < size * size; place++) {
          const row = y * stride + Math.floor(place / size) - padding;
          const column = x * stride + (place % size) - padding;
          if (row >= 0 && row < input.height && column >= 0 && column < input.width)
            window.push(input.values[(row * input.width + column) * input.channels + channel]!);
          else if (operation === 'average-pool') window.push(0);
        }
        output.values[(y * output.width + x) * input.channels + channel] = of(window);
      }
  return output;
}

const relu6 = (x: number): number => Math.min(Math.max(x, 0), 6);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const plain = (height: number, width: number, channels: number): Activation => ({
  height,
  width,
  channels,
  values: new Float64Array(height * width * channels),
});

function map(input: Activation, of: (x: number, channel: number, index: number) => number): Activation {
  return { ...input, values: input.values.map((x, index) => of(x, index % input.channels, index)) };
}
