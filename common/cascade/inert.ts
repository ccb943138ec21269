import type { NetworkDescription, NetworkNode } from '../network.ts';

/**
 * Which weights can change no output. Exact, without a threshold on magnitudes, in evaluation mode:
 *
 * A kept weight is inert when removing it — alone or together with any other inert weights — changes no logit for any
 * admissible input. Each of three facts proves that of a weight from input channel i to output channel o: the weight is
 * zero itself, channel i is constant zero, or channel o reaches no logit. A channel reaches no logit when no path of
 * non-zero weights leads there (through γ ≠ 0 of batch norm, pooling and flattening), or when a ReLU on the way is
 * proved never to fire. A weight that reads a channel of another constant is not inert: it adds that constant.
 *
 * The proof that a ReLU never fires is by interval arithmetic from the range of the input pixels, over every subset of
 * the weights before it, widened by more than float32 can round. So removing inert weights leaves every proof standing,
 * and together they change as little as each does. It is sound, and not complete: a ReLU that no real image fires may
 * not be proved so, and its weights are then not called inert. Nor are those called inert that only ever meet padding, as
 * the borders of a kernel do where an activation is a single pixel.
 *
 * Exact means to the bit: what is removed adds zeros, or is multiplied by zeros, or ends at a ReLU that gives zero.
 */
export interface LayerInertness {
  /** 1 for each input channel that is constant zero. */
  inputZero: Uint8Array;
  /** 1 for each output channel that is constant zero as the kernel leaves it, before any batch norm. */
  outputZero: Uint8Array;
  /** 1 for each output channel that reaches no logit. */
  outputBlocked: Uint8Array;
}

/** Lowest and highest value that each channel of a node can take. */
interface Bounds {
  low: Float64Array;
  high: Float64Array;
}

/** Relative error of float32 that any node but a sum may make: some tens of roundings, and those of the pixels. */
const SLACK = 2 ** -18;
/** Relative error that each term adds to a sum in float32, in whatever order it is summed. */
const ROUNDING = 2 ** -24;

/**
 * @param values parameters by name, all finite; kernels with their masks applied
 * @returns inertness by the layer's name
 */
export function findInert(
  network: NetworkDescription,
  values: ReadonlyMap<string, Float32Array>,
): Map<string, LayerInertness> {
  const bounds = forwardBounds(network, values);
  const matters = backwardReach(network, values, bounds);
  const nodes = new Map(network.nodes.map((node) => [node.name, node]));
  return new Map(
    network.layers.map(({ name }) => [
      name,
      {
        inputZero: constantZero(bounds.get(nodes.get(name)!.inputs[0]!)!),
        outputZero: constantZero(bounds.get(name)!),
        outputBlocked: matters.get(name)!.map((matter) => 1 - matter),
      },
    ]),
  );
}

function constantZero({ low, high }: Bounds): Uint8Array {
  return Uint8Array.from(low, (bound, channel) => (bound === 0 && high[channel] === 0 ? 1 : 0));
}

function forwardBounds(
  network: NetworkDescription,
  values: ReadonlyMap<string, Float32Array>,
): Map<string, Bounds> {
  const bounds = new Map<string, Bounds>();
  for (const node of network.nodes) {
    const input = node.inputs[0] === undefined ? null : bounds.get(node.inputs[0])!;
    bounds.set(node.name, nodeBounds(node, input, values));
  }
  return bounds;
}

function nodeBounds(
  node: NetworkNode,
  input: Bounds | null,
  values: ReadonlyMap<string, Float32Array>,
): Bounds {
  const result: Bounds = { low: new Float64Array(node.channels), high: new Float64Array(node.channels) };
  if (node.operation === 'input') {
    result.low.fill(node.minimum);
    result.high.fill(node.maximum);
    return result;
  }
  const { low, high } = input!;
  switch (node.operation) {
    case 'dense':
    case 'conv':
    case 'pointwise':
    case 'depthwise':
      kernelBounds(node, input!, values, result);
      break;
    case 'batch-norm': {
      const [gamma, beta, mean, variance] = [node.gamma, node.beta, node.mean, node.variance].map((name) =>
        values.get(name)!,
      ) as [Float32Array, Float32Array, Float32Array, Float32Array];
      for (let channel = 0; channel < node.channels; channel++) {
        const scale = gamma[channel]! / Math.sqrt(variance[channel]! + node.epsilon);
        const a = (low[channel]! - mean[channel]!) * scale;
        const b = (high[channel]! - mean[channel]!) * scale;
        const slack = SLACK * (Math.max(Math.abs(a), Math.abs(b)) + Math.abs(beta[channel]!));
        result.low[channel] = Math.min(a, b) + beta[channel]! - slack;
        result.high[channel] = Math.max(a, b) + beta[channel]! + slack;
      }
      break;
    }
    case 'relu':
      for (let channel = 0; channel < node.channels; channel++) {
        result.low[channel] = Math.max(low[channel]!, 0);
        result.high[channel] = Math.max(high[channel]!, 0);
      }
      break;
    case 'flatten':
      for (let unit = 0; unit < node.channels; unit++) {
        const channel = unit % low.length;
        result.low[unit] = low[channel]!;
        result.high[unit] = high[channel]!;
      }
      break;
    case 'global-average-pool':
      // A mean is computed by at most some thousand additions; zero stays zero, and no sign changes.
      for (let channel = 0; channel < node.channels; channel++) {
        const [lowest, highest] = [low[channel]!, high[channel]!];
        result.low[channel] = lowest - 2 ** 6 * SLACK * Math.abs(lowest);
        result.high[channel] = highest + 2 ** 6 * SLACK * Math.abs(highest);
      }
      break;
  }
  return result;
}

type KernelNode = Extract<NetworkNode, { kernel: string }>;

/** Every term may also be missing (padding, or a removed weight), so each adds at least [0, 0]. */
function kernelBounds(
  node: KernelNode,
  input: Bounds,
  values: ReadonlyMap<string, Float32Array>,
  { low, high }: Bounds,
): void {
  const kernel = values.get(node.kernel)!;
  const outputs = node.channels;
  const inputs = input.low.length;
  const depthwise = node.operation === 'depthwise';
  // Zero is among the values of each term, so it may as well be among those of each input.
  const least = input.low.map((bound) => Math.min(bound, 0));
  const most = input.high.map((bound) => Math.max(bound, 0));
  for (let start = 0, row = 0; start < kernel.length; start += outputs, row++) {
    for (let output = 0; output < outputs; output++) {
      const channel = depthwise ? inputOfDepthwise(output, inputs, outputs) : row % inputs;
      const weight = kernel[start + output]!;
      // One of the two is the weight, the other zero: as fast for weights of any signs.
      const positive = (weight + Math.abs(weight)) / 2;
      const negative = weight - positive;
      low[output]! += positive * least[channel]! + negative * most[channel]!;
      high[output]! += positive * most[channel]! + negative * least[channel]!;
    }
  }
  const bias = node.bias === null ? null : values.get(node.bias)!;
  const terms = kernel.length / outputs;
  for (let output = 0; output < outputs; output++) {
    const offset = bias?.[output] ?? 0;
    const magnitudes = high[output]! - low[output]! + Math.abs(offset);
    const slack = (SLACK + ROUNDING * terms) * magnitudes;
    low[output]! += offset - slack;
    high[output]! += offset + slack;
  }
}

function inputOfDepthwise(output: number, inputs: number, outputs: number): number {
  return Math.floor((output * inputs) / outputs);
}

/** Per node and channel: 1 when the channel's value can reach a logit. */
function backwardReach(
  network: NetworkDescription,
  values: ReadonlyMap<string, Float32Array>,
  bounds: ReadonlyMap<string, Bounds>,
): Map<string, Uint8Array> {
  const matters = new Map(network.nodes.map((node) => [node.name, new Uint8Array(node.channels)]));
  matters.get(network.nodes.at(-1)!.name)!.fill(1);
  for (const node of network.nodes.toReversed()) {
    if (node.operation === 'input') continue;
    const output = matters.get(node.name)!;
    const input = matters.get(node.inputs[0]!)!;
    switch (node.operation) {
      case 'dense':
      case 'conv':
      case 'pointwise':
      case 'depthwise':
        kernelReach(node, values.get(node.kernel)!, output, input);
        break;
      case 'batch-norm': {
        const gamma = values.get(node.gamma)!;
        for (let channel = 0; channel < node.channels; channel++)
          if (output[channel] && gamma[channel] !== 0) input[channel] = 1;
        break;
      }
      case 'relu': {
        const { high } = bounds.get(node.name)!;
        for (let channel = 0; channel < node.channels; channel++)
          // Written so that a bound that is no number proves nothing.
          if (output[channel] && high[channel] !== 0) input[channel] = 1;
        break;
      }
      case 'flatten':
        for (let unit = 0; unit < node.channels; unit++) if (output[unit]) input[unit % input.length] = 1;
        break;
      case 'global-average-pool':
        for (let channel = 0; channel < node.channels; channel++) if (output[channel]) input[channel] = 1;
        break;
    }
  }
  return matters;
}

function kernelReach(node: KernelNode, kernel: Float32Array, output: Uint8Array, input: Uint8Array): void {
  const outputs = node.channels;
  const inputs = input.length;
  const depthwise = node.operation === 'depthwise';
  for (let start = 0, row = 0; start < kernel.length; start += outputs, row++) {
    // One reaching weight settles a row that reads a single channel.
    if (!depthwise && input[row % inputs]) continue;
    for (let place = 0; place < outputs; place++) {
      if (!output[place] || kernel[start + place] === 0) continue;
      input[depthwise ? inputOfDepthwise(place, inputs, outputs) : row % inputs] = 1;
      if (!depthwise) break;
    }
  }
}
