import { DisjointSets } from './disjoint-sets.ts';
import type { NetworkDescription, NetworkNode } from '../network.ts';

/** The channels of all nodes, numbered node after node, and which of them are one and the same. */
export interface JoinedChannels {
  /** Number of a node's first channel. */
  start(node: string): number;
  /** The least number of the channels that are the same as this one. */
  root: Int32Array;
}

/** Joins what must be deleted together for the network still to fit: see `channel-groups.ts`. */
export function joinChannels(network: NetworkDescription): JoinedChannels {
  const starts = new Map<string, number>();
  let size = 0;
  for (const { name, channels } of network.nodes) {
    starts.set(name, size);
    size += channels;
  }
  const start = (node: string): number => starts.get(node)!;
  const counts = new Map(network.nodes.map(({ name, channels }) => [name, channels]));
  const sets = new DisjointSets(size);
  for (const node of network.nodes) joinNode(node, start, counts.get(node.inputs[0] ?? '') ?? 0, sets);
  return { start, root: Int32Array.from({ length: size }, (_, channel) => sets.find(channel)) };
}

/** @param inputs number of channels of the node's first input */
function joinNode(
  node: NetworkNode,
  start: (node: string) => number,
  inputs: number,
  sets: DisjointSets,
): void {
  const own = start(node.name);
  switch (node.operation) {
    case 'input':
    case 'dense':
    case 'pointwise':
      return;
    case 'conv':
      if ((node.groups ?? 1) > 1)
        joinGroups(own, node.channels, start(node.inputs[0]!), inputs, node.groups!);
      return;
    case 'depthwise':
      joinGroups(own, node.channels, start(node.inputs[0]!), inputs, inputs);
      return;
    case 'flatten': {
      const from = start(node.inputs[0]!);
      for (let unit = 0; unit < node.channels; unit++) sets.join(from + (unit % inputs), own + unit);
      return;
    }
    case 'shortcut': {
      const from = start(node.inputs[0]!);
      for (let channel = 0; channel < inputs; channel++)
        sets.join(from + channel, own + node.before + channel);
      return;
    }
    case 'batch-norm':
    case 'relu':
    case 'relu6':
    case 'hard-swish':
    case 'hard-sigmoid':
    case 'sigmoid':
    case 'swish':
    case 'max-pool':
    case 'average-pool':
    case 'global-average-pool':
    case 'dropout':
    case 'add':
    case 'scale':
      for (const input of node.inputs)
        for (let channel = 0; channel < node.channels; channel++)
          sets.join(start(input) + channel, own + channel);
      return;
  }

  function joinGroups(to: number, outputs: number, from: number, count: number, groups: number): void {
    for (let output = 0; output < outputs; output++)
      sets.join(from + Math.floor((output * groups) / outputs) * (count / groups), to + output);
    for (let input = 0; input < count; input++)
      sets.join(from + Math.floor((input * groups) / count) * (count / groups), from + input);
  }
}
