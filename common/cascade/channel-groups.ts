import type { NetworkDescription, PrunableLayer } from '../network.ts';
import { DisjointSets } from './disjoint-sets.ts';
import { joinChannels, type JoinedChannels } from './joined-channels.ts';

/**
 * Which channels live or die together, worked out from the network's graph alone.
 *
 * A channel of a group is one feature that can be deleted from the whole network, and the network still fits together:
 * every tensor's slice of it goes at once. It runs on unchanged through batch norm, activations, pooling and dropout;
 * through an add it is the same channel in all the branches; through a scale (squeeze-and-excite) it is the channel of
 * the features and of their gate; an option-A shortcut moves it by its padding; flattened it is one unit a position. A
 * depthwise kernel keeps it: one input channel with the `multiplier` outputs made from it. Likewise a convolution of
 * several groups, where a channel is one of these groups whole, its inputs with its outputs, for their kernels must stay
 * of one size. A dense layer or an ordinary convolution ends channels (its input side) and begins others (its output side).
 *
 * Channels that meet in any tensor form one `ChannelGroup`. What belongs to the input image, or to the logits, is a group
 * of its own that is not prunable, and so are channels that an add joins with these.
 */
export interface ChannelGroup {
  /** Number of channels, in the order in which the network's nodes first have them. */
  channels: number;
  /** Kernels that make or read the channels, in the network's order. */
  members: ChannelMember[];
  /** Batch norms that the channels go through. */
  norms: ChannelNorm[];
  prunable: boolean;
  /** One sentence that says why the channels cannot be pruned; null when they can. */
  reason: string | null;
}

/**
 * The part of one layer's kernel that belongs to a group. Depthwise layers and convolutions of several groups are
 * members by their output side alone: these slices hold all the weights that read the channel, too.
 */
export interface ChannelMember {
  layer: string;
  side: 'output' | 'input';
  /**
   * For each channel of the group: the layer's output channels (or input channels) that are its own. Mostly one; several
   * input units of a dense layer behind a flattening; none where the layer has no part in the channel.
   */
  of: number[][];
}

export interface ChannelNorm {
  /** Name of the batch norm's node. */
  node: string;
  /** For each channel of the group: the norm's channels that are its own. */
  of: number[][];
}

const IMAGE = 'These are the channels of the input image.';
const LOGITS = 'These are the logits, one for each class.';

/** All groups that some kernel makes or reads, in the order in which the network's nodes first have their channels. */
export function channelGroups(network: NetworkDescription): ChannelGroup[] {
  const joined = joinChannels(network);
  const reasons = pinned(network, joined);
  const families = familiesOf(network, joined, reasons);

  const groups = new Map<number, ChannelGroup>();
  /** Place of each root among its group's channels. */
  const places = new Int32Array(joined.root.length).fill(-1);
  for (const root of joined.root) {
    if (places[root]! >= 0) continue;
    const family = families.find(root);
    let group = groups.get(family);
    if (!group) {
      const reason = reasons.get(root) ?? null;
      groups.set(
        family,
        (group = { channels: 0, members: [], norms: [], prunable: reason === null, reason }),
      );
    }
    places[root] = group.channels++;
  }

  /** Slices of a node's channels, for each group that has some. */
  const slices = (node: string, channels: number): Map<ChannelGroup, number[][]> => {
    const found = new Map<ChannelGroup, number[][]>();
    const start = joined.start(node);
    for (let channel = 0; channel < channels; channel++) {
      const root = joined.root[start + channel]!;
      const group = groups.get(families.find(root))!;
      let of = found.get(group);
      if (!of) found.set(group, (of = Array.from({ length: group.channels }, () => [])));
      of[places[root]!]!.push(channel);
    }
    return found;
  };

  const layers = new Map(network.layers.map((layer) => [layer.name, layer]));
  for (const node of network.nodes) {
    if (node.operation === 'batch-norm')
      for (const [group, of] of slices(node.name, node.channels)) group.norms.push({ node: node.name, of });
    const layer = layers.get(node.name);
    if (!layer) continue;
    if (endsChannels(layer))
      for (const [group, of] of slices(node.inputs[0]!, layer.inputChannels))
        group.members.push({ layer: layer.name, side: 'input', of });
    for (const [group, of] of slices(node.name, layer.outputChannels))
      group.members.push({ layer: layer.name, side: 'output', of });
  }
  return [...groups.values()].filter(({ members }) => members.length > 0);
}

/**
 * Indices of a member's weights in the kernel's flattening.
 *
 * @param channel an output channel of the layer, or an input channel, by the side; see `ChannelMember.of`
 */
export function weightsOf(
  layer: Pick<PrunableLayer, 'weights' | 'inputChannels' | 'outputChannels'>,
  side: ChannelMember['side'],
  channel: number,
): number[] {
  const { weights, inputChannels, outputChannels } = layer;
  const indices: number[] = [];
  if (side === 'output')
    for (let index = channel; index < weights; index += outputChannels) indices.push(index);
  else
    for (let row = channel; row * outputChannels < weights; row += inputChannels)
      for (let output = 0; output < outputChannels; output++) indices.push(row * outputChannels + output);
  return indices;
}

/** Whether a layer makes channels of its own, rather than carrying those that it reads on. */
function endsChannels({ kind, groups = 1 }: PrunableLayer): boolean {
  return kind !== 'depthwise' && groups === 1;
}

/** Why channels cannot be pruned, by their root. */
function pinned(network: NetworkDescription, { start, root }: JoinedChannels): Map<number, string> {
  const reasons = new Map<number, string>();
  const ends = [
    [network.nodes.at(-1)!, LOGITS],
    [network.nodes[0]!, IMAGE],
  ] as const;
  for (const [{ name, channels }, reason] of ends)
    for (let channel = 0; channel < channels; channel++) reasons.set(root[start(name) + channel]!, reason);
  return reasons;
}

/** Roots that meet in a node, or in a chain of nodes; those of one reason with each other alone. */
function familiesOf(
  network: NetworkDescription,
  { start, root }: JoinedChannels,
  reasons: ReadonlyMap<number, string>,
): DisjointSets {
  const families = new DisjointSets(root.length);
  for (const { name, channels } of network.nodes) {
    const met = new Map<string | undefined, number>();
    for (let channel = 0; channel < channels; channel++) {
      const own = root[start(name) + channel]!;
      const reason = reasons.get(own);
      const first = met.get(reason);
      if (first === undefined) met.set(reason, own);
      else families.join(first, own);
    }
  }
  return families;
}
