import * as z from 'zod';
import { channelGroups, type ChannelGroup } from '../../../../common/cascade/channel-groups.ts';
import type { NetworkDescription, PrunableLayer } from '../../../../common/network.ts';
import { maskChannels, prunableGroups } from '../channel-masks.ts';
import type { Combination, Refusal } from '../combination.ts';
import { distributions } from '../distributions/registry.ts';
import { aggregateOption } from '../tiles.ts';
import { defineGranularity } from './granularity.ts';

const options = z.strictObject({
  name: z.literal('channel'),
  aggregate: aggregateOption,
  readers: z
    .boolean()
    .default(false)
    .describe('Whether the weights that read a channel count in its score, beside those that make it.'),
});

/**
 * Channels that live or die together, as the network's graph tells: through residual adds, depthwise layers and gates.
 * With a channel go all weights that make it and all that read it, in the chosen layers. A distribution divides among the
 * groups of such channels as it does among layers otherwise.
 */
export const channel = defineGranularity({
  name: 'channel',
  title: 'Channels with all that makes and reads them, through the whole network',
  source: 'Li et al., arXiv 1608.08710; Fang et al., arXiv 2301.12900',
  options,
  masks(given, request) {
    const { network, layers } = request;
    if (!network) throw new Error('Channels are pruned by the graph of a network.');
    const chosen = new Set(layers.map(({ name }) => name));
    return maskChannels(request, network, prunableGroups(channelGroups(network), chosen), given);
  },
  refusal(_given, { pruning, layers, network }) {
    const distribution = distributions.find(pruning.distribution.name);
    if (!distribution.keys) return [distributionRefusal(distribution.name)];
    return network ? groupRefusals(network, new Set(layers.map(({ name }) => name)), pruning) : [];
  },
});

function distributionRefusal(name: string): Refusal {
  const usable = distributions.all.filter(({ keys }) => keys).map((known) => known.name);
  return {
    key: ['pruning', 'distribution'],
    message: `a channel takes weights of several layers, so that '${name}' cannot give each layer its own share: use ${usable.join(' or ')}`,
  };
}

function groupRefusals(
  network: NetworkDescription,
  chosen: ReadonlySet<string>,
  { sparsity }: Combination['pruning'],
): Refusal[] {
  const all = channelGroups(network);
  const groups = prunableGroups(all, chosen);
  if (groups.length === 0) {
    const reasons = new Set(all.flatMap(({ prunable, reason }) => (prunable || !reason ? [] : [reason])));
    return [
      {
        key: ['pruning', 'layers'],
        message: `no channel can be pruned: every layer that makes it must be among those to prune, and these channels stay: ${[...reasons].join(' ')}`,
      },
    ];
  }
  const layers = network.layers.filter(({ name }) => chosen.has(name));
  const within = layers.reduce((sum, layer) => sum + prunableWeights(layer, groups), 0);
  const share = within / layers.reduce((sum, { weights }) => sum + weights, 0);
  return sparsity <= share
    ? []
    : [
        {
          key: ['pruning', 'sparsity'],
          message: `only ${share.toFixed(4)} of the chosen layers' weights belong to channels that can be pruned: write less than that, not ${sparsity}`,
        },
      ];
}

/** Weights of a layer that belong to a channel of the groups, by the numbers of its channels alone. */
function prunableWeights(layer: PrunableLayer, groups: readonly ChannelGroup[]): number {
  const free = { output: 0, input: 0 };
  for (const { members } of groups)
    for (const member of members)
      if (member.layer === layer.name)
        free[member.side] += member.of.reduce((sum, channels) => sum + channels.length, 0);
  const { weights, inputChannels, outputChannels } = layer;
  const fixed = (1 - free.input / inputChannels) * (1 - free.output / outputChannels);
  return weights * (1 - fixed);
}
