import type { ChannelGroup } from '../../../common/cascade/channel-groups.ts';
import { joinChannels } from '../../../common/cascade/joined-channels.ts';
import { sizeOf, type NetworkDescription, type NetworkNode } from '../../../common/network.ts';
import type { Net } from './hand-made.ts';

/** The network without the given channels (1 for each that goes, by group): smaller tensors, fewer channels. */
export function compact(
  { network, values }: Net,
  groups: readonly ChannelGroup[],
  removed: readonly Uint8Array[],
): Net {
  const nodes = new Map(network.nodes.map((node) => [node.name, node]));
  const { start, root } = joinChannels(network);
  const gone = new Set<number>();
  groups.forEach(({ members }, number) => {
    for (const { layer, side, of } of members)
      of.forEach((slices, channel) => {
        const node = side === 'output' ? layer : nodes.get(layer)!.inputs[0]!;
        if (removed[number]![channel]) for (const slice of slices) gone.add(root[start(node) + slice]!);
      });
  });
  const kept = (node: string): number[] =>
    [...Array(nodes.get(node)!.channels).keys()].filter((channel) => !gone.has(root[start(node) + channel]!));

  const smaller = new Map<string, Float32Array>();
  const shapes = new Map<string, number[]>();
  for (const { name, layer, role, shape } of network.parameters) {
    const outputs = kept(layer);
    const all = nodes.get(layer)!.channels;
    const own = network.layers.find((each) => each.kernel === name);
    const inputs = own && shape.at(-2)! === own.inputChannels && own.kind !== 'depthwise';
    const rows = inputs ? new Set(kept(nodes.get(layer)!.inputs[0]!)) : null;
    const left = [...values.get(name)!].filter((_, index) => {
      const row = Math.floor(index / all);
      return outputs.includes(index % all) && (!rows || rows.has(row % own!.inputChannels));
    });
    smaller.set(name, Float32Array.from(left));
    if (role !== 'kernel') shapes.set(name, [outputs.length]);
    else if (own!.kind === 'depthwise')
      shapes.set(name, [...shape.slice(0, 2), outputs.length / shape[3]!, shape[3]!]);
    else shapes.set(name, [...shape.slice(0, -2), rows ? rows.size : shape.at(-2)!, outputs.length]);
  }
  const small = {
    ...network,
    nodes: network.nodes.map((node) => smallerNode(node, kept(node.name))),
    parameters: network.parameters.map((parameter) => ({ ...parameter, shape: shapes.get(parameter.name)! })),
    layers: network.layers.map((layer) => {
      const shape = shapes.get(layer.kernel)!;
      return {
        ...layer,
        shape,
        weights: sizeOf(shape),
        inputChannels: kept(nodes.get(layer.name)!.inputs[0]!).length,
        outputChannels: kept(layer.name).length,
        macs: (layer.macs / layer.weights) * sizeOf(shape),
      };
    }),
  };
  return { network: small, values: smaller };
}

function smallerNode(node: NetworkNode, kept: readonly number[]): NetworkNode {
  const channels = kept.length;
  if (node.operation === 'shortcut') {
    const after = node.channels - node.after;
    return {
      ...node,
      channels,
      before: kept.filter((channel) => channel < node.before).length,
      after: kept.filter((channel) => channel >= after).length,
    };
  }
  if (node.operation === 'conv' && node.groups !== undefined)
    return { ...node, channels, groups: (node.groups * channels) / node.channels };
  return { ...node, channels };
}

/** Trainable parameters. */
export function trainable({ parameters }: NetworkDescription): number {
  return parameters
    .filter(({ role }) => role !== 'mean' && role !== 'variance')
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
