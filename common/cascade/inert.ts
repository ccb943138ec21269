import type { NetworkDescription, NetworkNode } from '../network.ts';

/**
 * Which weights can change no output. Exact, without a threshold on magnitudes, in evaluation mode:
 *
 * A kept weight is inert when removing it — alone or together with any other inert weights — changes no logit for any
 * admissible input. Two facts prove that of a weight from input channel i to output channel o: channel i is constant
 * zero, or channel o reaches no logit. A channel reaches no logit when no path of non-zero weights leads there (through
 * γ ≠ 0 of batch norm, pooling and flattening), or when a ReLU on the way is proved never to fire.
 *
 * The proof that a ReLU never fires is by interval arithmetic from the range of the input pixels, over every subset
 * of the weights before it, widened by more than float32 can round. It is sound, and not complete: a ReLU that no real
 * image fires may not be proved so, and its weights are then not called inert.
 */
export interface LayerInertness {
  /** 1 for each input channel that is constant zero. */
  inputZero: Uint8Array;
  /** 1 for each output channel that reaches no logit. */
  outputBlocked: Uint8Array;
}

/** Lowest and highest value that each channel of a node can take. */
interface Bounds {
  low: Float64Array;
  high: Float64Array;
}

/** Relative slack, above the rounding of float32 sums of the lengths that occur. */
const SLACK = 1e-5;

/**
 * @param values parameters by name, kernels with their masks applied
 * @returns inertness by the layer's name
 */
export function findInert(
  network: NetworkDescription,
  values: ReadonlyMap<string, Float32Array>,
): Map<string, LayerInertness> {
  const bounds = forwardBounds(network, values);
  const matters = backwardReach(network, values, bounds);
  return new Map(
    network.layers.map((layer) => {
      const node = network.nodes.find((candidate) => candidate.name === layer.name)!;
      const input = bounds.get(node.inputs[0]!)!;
      return [
        layer.name,
        {
          inputZero: Uint8Array.from(input.low, (low, channel) =>
            low === 0 && input.high[channel] === 0 ? 1 : 0,
          ),
          outputBlocked: matters.get(layer.name)!.map((matter) => 1 - matter),
        },
      ];
    }),
  );
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
        const slack = SLACK * Math.max(Math.abs(a), Math.abs(b));
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
      result.low.set(low);
      result.high.set(high);
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
  result: Bounds,
): void {
  const kernel = values.get(node.kernel)!;
  const outputs = node.channels;
  const inputs = input.low.length;
  for (let row = 0, index = 0; index < kernel.length; row++) {
    for (let output = 0; output < outputs; output++, index++) {
      const channel = inputChannel(node, row, output, inputs);
      const weight = kernel[index]!;
      const a = weight * input.low[channel]!;
      const b = weight * input.high[channel]!;
      result.low[output]! += Math.min(a, b, 0);
      result.high[output]! += Math.max(a, b, 0);
    }
  }
  const bias = node.bias === null ? null : values.get(node.bias)!;
  for (let output = 0; output < outputs; output++) {
    const slack = SLACK * Math.max(-result.low[output]!, result.high[output]!);
    const offset = bias?.[output] ?? 0;
    result.low[output]! += offset - slack;
    result.high[output]! += offset + slack;
  }
}

/** Input channel of the weight in `row` (all indices but the last) and output channel `output`. */
function inputChannel(node: KernelNode, row: number, output: number, inputs: number): number {
  return node.operation === 'depthwise' ? Math.floor((output * inputs) / node.channels) : row % inputs;
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
          if (output[channel] && high[channel]! > 0) input[channel] = 1;
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
  for (let row = 0, index = 0; index < kernel.length; row++)
    for (let channel = 0; channel < outputs; channel++, index++)
      if (output[channel] && kernel[index] !== 0) input[inputChannel(node, row, channel, input.length)] = 1;
}
