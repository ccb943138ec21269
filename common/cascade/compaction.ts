import type { NetworkDescription, PrunableLayer } from '../network.ts';
import { INERT_PLANE, planeBytes, PRUNED_PLANE, type LayerRecord } from '../records.ts';
import type { ChannelGroup, ChannelMember } from './channel-groups.ts';

/**
 * Which channels can be deleted from the network, all at once, without changing a logit: those whose every weight, both
 * in the kernels that make them and in those that read them, is pruned or inert. Then nothing reads them any more.
 * Channels that are dead in one branch of a residual stage and alive in another stay, for tensors must keep one size.
 *
 * @param layers records of all layers
 * @returns for each group, 1 for each of its channels that can be deleted
 */
export function removableChannels(
  network: NetworkDescription,
  groups: readonly ChannelGroup[],
  layers: readonly Pick<LayerRecord, 'name' | 'planes'>[],
): Uint8Array[] {
  const planes = new Map(layers.map((layer) => [layer.name, layer.planes]));
  const alive = new Map(
    network.layers.map((layer) => [layer.name, aliveChannels(layer, planes.get(layer.name)!)]),
  );
  return groups.map(({ channels, members, prunable }) => {
    const removable = new Uint8Array(channels).fill(prunable ? 1 : 0);
    if (!prunable) return removable;
    for (const { layer, side, of } of members) {
      const own = alive.get(layer)![side];
      of.forEach((slices, channel) => {
        if (slices.some((slice) => own[slice])) removable[channel] = 0;
      });
    }
    return removable;
  });
}

/**
 * 1 for each output channel, and each input channel, with a weight that is neither pruned nor inert. The input channels
 * of a kernel of several groups mean nothing here: it is a member by its outputs alone.
 */
function aliveChannels(layer: PrunableLayer, planes: Uint8Array): Record<ChannelMember['side'], Uint8Array> {
  const { weights, inputChannels, outputChannels } = layer;
  const bytes = planeBytes(weights);
  const pruned = planes.subarray(PRUNED_PLANE * bytes, (PRUNED_PLANE + 1) * bytes);
  const inert = planes.subarray(INERT_PLANE * bytes, (INERT_PLANE + 1) * bytes);
  const input = new Uint8Array(inputChannels);
  const output = new Uint8Array(outputChannels);
  let sleeping = outputChannels;
  for (let start = 0, row = 0; start < weights; start += outputChannels, row++) {
    const from = row % inputChannels;
    // A row of a healthy layer tells nothing new.
    if (sleeping === 0 && input[from]) continue;
    const end = start + outputChannels;
    for (let index = start; index < end; index++) {
      const gone = pruned[index >> 3]! | inert[index >> 3]!;
      if ((gone >> (index & 7)) & 1) continue;
      input[from] = 1;
      if (output[index - start]) continue;
      output[index - start] = 1;
      sleeping--;
    }
  }
  return { input, output };
}
