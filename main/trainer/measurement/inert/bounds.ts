import type { NetworkDescription, NetworkNode } from '../../../../common/network.ts';
import { activationRules } from './activation-bounds.ts';
import { kernelGroups } from './kernel-groups.ts';

/** Lowest and highest value that each channel of a node can take, over all positions, images and subsets of weights. */
export interface Bounds {
  low: Float64Array;
  high: Float64Array;
}

/** Relative error of float32 that any node but a long sum may make: some tens of roundings, and those of the pixels. */
const SLACK = 2 ** -18;
/** Relative error that each term adds to a sum in float32, in whatever order it is summed. */
const ROUNDING = 2 ** -24;
/** Relative error of a mean, computed by at most some thousand additions. */
const MEAN_SLACK = 2 ** -12;

/** Whether a channel is constant zero. */
export function isZero({ low, high }: Bounds, channel: number): boolean {
  return low[channel] === 0 && high[channel] === 0;
}

/** Bounds of every node, by its name. */
export function forwardBounds(
  network: NetworkDescription,
  values: ReadonlyMap<string, Float32Array>,
): Map<string, Bounds> {
  const bounds = new Map<string, Bounds>();
  for (const node of network.nodes) {
    const result: Bounds = { low: new Float64Array(node.channels), high: new Float64Array(node.channels) };
    setBounds(
      node,
      node.inputs.map((name) => bounds.get(name)!),
      values,
      result,
    );
    bounds.set(node.name, result);
  }
  return bounds;
}

/** @param result zeros, to be overwritten */
function setBounds(
  node: NetworkNode,
  inputs: readonly Bounds[],
  values: ReadonlyMap<string, Float32Array>,
  result: Bounds,
): void {
  if (node.operation === 'input') {
    result.low.fill(node.minimum);
    result.high.fill(node.maximum);
    return;
  }
  const input = inputs[0]!;
  const { low, high } = input;
  switch (node.operation) {
    case 'dense':
    case 'conv':
    case 'pointwise':
    case 'depthwise':
      kernelBounds(node, input, values, result);
      return;
    case 'batch-norm':
      normBounds(node, input, values, result);
      return;
    case 'relu':
    case 'relu6':
    case 'hard-swish':
    case 'hard-sigmoid':
    case 'sigmoid':
    case 'swish': {
      const { range } = activationRules[node.operation];
      for (let channel = 0; channel < node.channels; channel++)
        [result.low[channel], result.high[channel]] = range(low[channel]!, high[channel]!);
      return;
    }
    case 'max-pool':
    case 'dropout':
      // Padding of a maximum is minus infinity, and no window is padding alone.
      result.low.set(low);
      result.high.set(high);
      return;
    case 'average-pool':
      meanBounds(input, node.padding > 0, result);
      return;
    case 'global-average-pool':
      meanBounds(input, false, result);
      return;
    case 'flatten':
      for (let unit = 0; unit < node.channels; unit += low.length) {
        result.low.set(low, unit);
        result.high.set(high, unit);
      }
      return;
    case 'shortcut':
      // The padding on either side is constant zero, which the result is already.
      result.low.set(low, node.before);
      result.high.set(high, node.before);
      return;
    case 'add':
      addBounds(inputs, result);
      return;
    case 'scale':
      scaleBounds(input, inputs[1]!, result);
      return;
  }
}

/**
 * Zero stays zero, and no sign changes: at either end all values are at that end, so that the error is relative to it.
 *
 * @param padded whether zeros of padding are among the values
 */
function meanBounds(input: Bounds, padded: boolean, { low, high }: Bounds): void {
  for (let channel = 0; channel < low.length; channel++) {
    let [lowest, highest] = [input.low[channel]!, input.high[channel]!];
    if (padded) [lowest, highest] = [Math.min(lowest, 0), Math.max(highest, 0)];
    low[channel] = lowest - MEAN_SLACK * Math.abs(lowest);
    high[channel] = highest + MEAN_SLACK * Math.abs(highest);
  }
}

/** A sum of zeros is zero, and a sum of one sign keeps it; otherwise the error is relative to all that is summed. */
function addBounds(inputs: readonly Bounds[], { low, high }: Bounds): void {
  for (let channel = 0; channel < low.length; channel++) {
    let [lowest, highest, below, above] = [0, 0, 0, 0];
    for (const input of inputs) {
      lowest += input.low[channel]!;
      highest += input.high[channel]!;
      below += Math.abs(input.low[channel]!);
      above += Math.abs(input.high[channel]!);
    }
    low[channel] = lowest - SLACK * below;
    high[channel] = highest + SLACK * above;
  }
}

/** Product of features and gates as if either could be anything whatever the other is. */
function scaleBounds(features: Bounds, gates: Bounds, { low, high }: Bounds): void {
  for (let channel = 0; channel < low.length; channel++) {
    const products = [features.low, features.high].flatMap((feature) =>
      [gates.low, gates.high].map((gate) => feature[channel]! * gate[channel]!),
    );
    const [lowest, highest] = [Math.min(...products), Math.max(...products)];
    low[channel] = lowest - SLACK * Math.abs(lowest);
    high[channel] = highest + SLACK * Math.abs(highest);
  }
}

/** The error is relative to what is subtracted and added, not to what is left of it. */
function normBounds(
  node: Extract<NetworkNode, { operation: 'batch-norm' }>,
  input: Bounds,
  values: ReadonlyMap<string, Float32Array>,
  { low, high }: Bounds,
): void {
  const [gamma, beta, mean, variance] = [node.gamma, node.beta, node.mean, node.variance].map((name) =>
    values.get(name)!,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  for (let channel = 0; channel < node.channels; channel++) {
    const [least, most, centre, shift] = [
      input.low[channel]!,
      input.high[channel]!,
      mean[channel]!,
      beta[channel]!,
    ];
    const scale = gamma[channel]! / Math.sqrt(variance[channel]! + node.epsilon);
    const a = (least - centre) * scale;
    const b = (most - centre) * scale;
    const terms = Math.max(Math.abs(least), Math.abs(most)) + Math.abs(centre);
    const slack = SLACK * (terms * Math.abs(scale) + Math.abs(shift));
    low[channel] = Math.min(a, b) + shift - slack;
    high[channel] = Math.max(a, b) + shift + slack;
  }
}

export type KernelNode = Extract<NetworkNode, { kernel: string }>;

/** Parts of a node's channels, see `kernelGroups`. */
export function groupsOf(node: KernelNode, inputs: number): number {
  return kernelGroups({ kind: node.operation, groups: 'groups' in node ? node.groups : 1 }, inputs);
}

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
  const groups = groupsOf(node, inputs);
  const [read, made] = [inputs / groups, outputs / groups];
  for (let start = 0, row = 0; start < kernel.length; start += outputs, row++) {
    for (let group = 0; group < groups; group++) {
      const channel = group * read + (row % read);
      // Zero is among the values of each term, so it may as well be among those of each input.
      const least = Math.min(input.low[channel]!, 0);
      const most = Math.max(input.high[channel]!, 0);
      const end = (group + 1) * made;
      for (let output = group * made; output < end; output++) {
        const weight = kernel[start + output]!;
        // One of the two is the weight, the other zero: as fast for weights of any signs.
        const positive = (weight + Math.abs(weight)) / 2;
        const negative = weight - positive;
        low[output]! += positive * least + negative * most;
        high[output]! += positive * most + negative * least;
      }
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
