import { weightsOf, type ChannelGroup } from '../../../common/cascade/channel-groups.ts';
import type { NetworkDescription, PrunableLayer } from '../../../common/network.ts';
import type { Random } from '../random.ts';
import type { LayerScores, MaskRequest } from './granularities/granularity.ts';
import { countPruned } from './masks.ts';
import { ascendingOrder } from './ordering.ts';
import { aggregated, type Aggregate } from './tiles.ts';
import type { Opened } from '../registry.ts';
import type { Distribution } from './distributions/distribution.ts';
import { alreadyPruned, comesNearer } from './unit-selection.ts';

const PRUNED = 0;
const KEPT = 1;
/** Kept still, and counted for the channel at hand: two of its slices may share a weight. */
const CLAIMED = 2;

/** How the score of a channel is made. */
export interface ChannelScoring {
  aggregate: Aggregate;
  /** Whether the weights that read the channel count beside those that make it. */
  readers: boolean;
}

/** A channel of a group, as a unit of pruning. */
interface Channel {
  group: ChannelGroup;
  /** Its place in the group. */
  place: number;
  score: number;
  /** Its weights in the chosen layers, pruned or not. */
  weights: number;
  /** Whether any of them is kept. */
  live: boolean;
}

/** A chosen layer with what tells the weights of its channels. */
type ChannelLayer = PrunableLayer & Pick<LayerScores, 'scores' | 'mask'>;

/**
 * Groups of which channels can be pruned: the network does not fix them, and all layers that make them are chosen.
 * Layers that only read them may be left out of the choice; they then keep their weights.
 */
export function prunableGroups(groups: readonly ChannelGroup[], chosen: ReadonlySet<string>): ChannelGroup[] {
  return groups.filter(
    ({ prunable, members }) =>
      prunable &&
      members.some(({ side }) => side === 'output') &&
      members.every(({ layer, side }) => side === 'input' || chosen.has(layer)),
  );
}

/**
 * New masks without the channels of the lowest keys: of each, every weight in the chosen layers that makes it or reads
 * it. A weight that belongs to two channels counts once. Channels go until one more would miss the sparsity by more.
 */
export function maskChannels(
  { layers, sparsity, distribution, ties }: MaskRequest,
  network: NetworkDescription,
  groups: readonly ChannelGroup[],
  scoring: ChannelScoring,
): Uint8Array<ArrayBuffer>[] {
  const given = new Map(layers.map((layer) => [layer.name, layer]));
  const chosen = new Map<string, ChannelLayer>();
  for (const layer of network.layers) {
    const { scores, mask } = given.get(layer.name) ?? {};
    if (scores && mask) chosen.set(layer.name, { ...layer, scores, mask });
  }
  const masks = new Map(layers.map(({ name, mask }) => [name, new Uint8Array(mask)]));
  const all = layers.reduce((sum, { mask }) => sum + mask.length, 0);
  const pruned = layers.reduce((sum, { mask }) => sum + countPruned(mask), 0);
  const channels = groups.map((group) => channelsOf(group, chosen, scoring));
  const result = (): Uint8Array<ArrayBuffer>[] => layers.map(({ name }) => masks.get(name)!);

  let missing = sparsity * all - pruned;
  if (missing < 0) {
    const largest = channels.flat().reduce((most, { weights }) => Math.max(most, weights), 0);
    if (-missing > largest) throw alreadyPruned(Math.round(sparsity * all), all, pruned);
    return result();
  }
  const live = channels.map((group) => group.filter((channel) => channel.live));
  for (const channel of inOrder(live, distribution, ties)) {
    const size = replace(channel, chosen, masks, KEPT, CLAIMED);
    const taken = comesNearer(missing, size);
    replace(channel, chosen, masks, CLAIMED, taken ? PRUNED : KEPT);
    if (!taken) break;
    missing -= size;
  }
  return result();
}

/** Channels of a group, with their scores. */
function channelsOf(
  group: ChannelGroup,
  chosen: ReadonlyMap<string, ChannelLayer>,
  { aggregate, readers }: ChannelScoring,
): Channel[] {
  return Array.from({ length: group.channels }, (_, place): Channel => {
    let [weights, kept, scored, sum] = [0, 0, 0, 0];
    for (const { layer, side, indices } of slices(group, place, chosen)) {
      const counts = readers || side === 'output';
      weights += indices.length;
      for (const index of indices) {
        if (!layer.mask[index]) continue;
        kept++;
        if (!counts) continue;
        const score = layer.scores[index]!;
        scored++;
        sum += aggregate === 'l2' ? score * score : score;
      }
    }
    return { group, place, score: aggregated(aggregate, sum, scored), weights, live: kept > 0 };
  });
}

/** The weights of one channel in the chosen layers. */
function* slices(
  { members }: ChannelGroup,
  place: number,
  chosen: ReadonlyMap<string, ChannelLayer>,
): Generator<{ layer: ChannelLayer; side: 'output' | 'input'; indices: number[] }> {
  for (const { layer: name, side, of } of members) {
    const layer = chosen.get(name);
    if (!layer) continue;
    for (const channel of of[place]!) yield { layer, side, indices: weightsOf(layer, side, channel) };
  }
}

/** All channels, those to be pruned first in front; equal ones in random order. */
function inOrder(live: readonly Channel[][], distribution: Opened<Distribution>, ties: Random): Channel[] {
  const keys = live.flatMap((channels) => {
    const scores = Float32Array.from(channels, ({ score }) => score);
    const size = channels[0]?.group.channels ?? 0;
    return [...distribution.keys!(scores, { size, pruned: size - channels.length }, ties)];
  });
  const all = live.flat();
  return Array.from(ascendingOrder(Float32Array.from(keys), ties), (index) => all[index]!);
}

/** Changes a channel's entries of the masks from one value to another; answers with how many they were. */
function replace(
  { group, place }: Channel,
  chosen: ReadonlyMap<string, ChannelLayer>,
  masks: ReadonlyMap<string, Uint8Array>,
  from: number,
  to: number,
): number {
  let count = 0;
  for (const { layer, indices } of slices(group, place, chosen)) {
    const mask = masks.get(layer.name)!;
    for (const index of indices)
      if (mask[index] === from) {
        mask[index] = to;
        count++;
      }
  }
  return count;
}
