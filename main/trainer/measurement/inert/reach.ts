import type { NetworkDescription, NetworkNode } from '../../../../common/network.ts';
import { activationRules } from './activation-bounds.ts';
import { groupsOf, isZero, type Bounds, type KernelNode } from './bounds.ts';

/**
 * Per node and channel: 1 when the channel's value can reach a logit.
 *
 * @param bounds of every node, over every subset of weights
 */
export function backwardReach(
  network: NetworkDescription,
  values: ReadonlyMap<string, Float32Array>,
  bounds: ReadonlyMap<string, Bounds>,
): Map<string, Uint8Array> {
  const reaches = new Map(network.nodes.map((node) => [node.name, new Uint8Array(node.channels)]));
  reaches.get(network.nodes.at(-1)!.name)!.fill(1);
  // Whoever reads a node stands behind it, so that its own reach is known once the walk comes to it.
  for (const node of network.nodes.toReversed())
    passReach(
      node,
      reaches.get(node.name)!,
      node.inputs.map((name) => reaches.get(name)!),
      node.inputs.map((name) => bounds.get(name)!),
      values,
    );
  return reaches;
}

/** Marks the channels of a node's inputs from which its own reaching channels can be changed. */
function passReach(
  node: NetworkNode,
  output: Uint8Array,
  inputs: readonly Uint8Array[],
  bounds: readonly Bounds[],
  values: ReadonlyMap<string, Float32Array>,
): void {
  if (node.operation === 'input') return;
  const input = inputs[0]!;
  /** Marks the input channels that go through to the channel of the same number. */
  const pass = (to: Uint8Array, through: (channel: number) => boolean): void => {
    for (let channel = 0; channel < node.channels; channel++)
      if (output[channel] && through(channel)) to[channel] = 1;
  };
  switch (node.operation) {
    case 'dense':
    case 'conv':
    case 'pointwise':
    case 'depthwise':
      kernelReach(node, values.get(node.kernel)!, output, input);
      return;
    case 'batch-norm': {
      const gamma = values.get(node.gamma)!;
      pass(input, (channel) => gamma[channel] !== 0);
      return;
    }
    case 'relu':
    case 'relu6':
    case 'hard-swish':
    case 'hard-sigmoid':
    case 'sigmoid':
    case 'swish': {
      const { constant } = activationRules[node.operation];
      const { low, high } = bounds[0]!;
      pass(input, (channel) => !constant(low[channel]!, high[channel]!));
      return;
    }
    case 'scale': {
      const [features, gates] = bounds as [Bounds, Bounds];
      pass(input, (channel) => !isZero(gates, channel));
      pass(inputs[1]!, (channel) => !isZero(features, channel));
      return;
    }
    case 'shortcut':
      for (let channel = 0; channel < input.length; channel++)
        if (output[channel + node.before]) input[channel] = 1;
      return;
    case 'flatten':
      for (let unit = 0; unit < node.channels; unit++) if (output[unit]) input[unit % input.length] = 1;
      return;
    case 'max-pool':
    case 'average-pool':
    case 'global-average-pool':
    case 'dropout':
    case 'add':
      for (const each of inputs) pass(each, () => true);
      return;
  }
}

function kernelReach(node: KernelNode, kernel: Float32Array, output: Uint8Array, input: Uint8Array): void {
  const outputs = node.channels;
  const groups = groupsOf(node, input.length);
  const [read, made] = [input.length / groups, outputs / groups];
  for (let start = 0, row = 0; start < kernel.length; start += outputs, row++)
    for (let group = 0; group < groups; group++) {
      const channel = group * read + (row % read);
      // One reaching weight settles a channel.
      if (input[channel]) continue;
      const end = (group + 1) * made;
      for (let place = group * made; place < end; place++)
        if (output[place] && kernel[start + place] !== 0) {
          input[channel] = 1;
          break;
        }
    }
}
