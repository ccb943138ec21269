import { PRUNED, WEIGHT_STATES, composeChannels } from '../../common/cascade/composition.ts';
import { freedChannels } from '../../common/cascade/freed.ts';
import type { PrunableLayer } from '../../common/network.ts';
import { CHANNEL_FIELDS, type ChannelTable } from '../../common/records.ts';
import type { ChannelHistory } from './channel-history.ts';

/** One layer at one moment: which of its channels were freed over the last epoch, and the shares of states of each. */
export interface LayerMoment {
  layer: PrunableLayer;
  freed: Uint8Array;
  /** Kept weights that are inert, shed or not. */
  inert: number;
  /** [5 × channels], shares of a channel's weights in the order of WEIGHT_STATES. */
  composition: Float32Array;
}

/** The whole network after an epoch at a threshold; null where the epoch was not read yet. */
export function networkMoment(
  history: ChannelHistory,
  layers: readonly PrunableLayer[],
  epoch: number,
  threshold: number,
): LayerMoment[] | null {
  if (!history.has(epoch) || threshold < 0) return null;
  const moments: LayerMoment[] = [];
  for (const layer of layers) {
    const table = history.table(epoch, layer.name);
    if (!table) return null;
    const freed = freedChannels(table);
    moments.push({
      layer,
      freed,
      inert: inertWeights(table),
      composition: composeChannels(table, threshold, layer.weights / table.channels, freed),
    });
  }
  return moments;
}

function inertWeights({ values, channels }: ChannelTable): number {
  const from = CHANNEL_FIELDS.indexOf('inert') * channels;
  let sum = 0;
  for (let channel = 0; channel < channels; channel += 1) sum += values[from + channel]!;
  return sum;
}

/** Share of the kept weights that is inert, shed or not; null where none is kept. */
export function inertOfKept(moments: readonly LayerMoment[]): number | null {
  const weights = moments.reduce((sum, { layer }) => sum + layer.weights, 0);
  const kept = weights * (1 - totals(moments)[PRUNED]!);
  return kept < 0.5 ? null : moments.reduce((sum, { inert }) => sum + inert, 0) / kept;
}

/** Shares of all prunable weights of the network by state, in the order of WEIGHT_STATES. */
export function totals(moments: readonly LayerMoment[]): number[] {
  const sums = WEIGHT_STATES.map(() => 0);
  let weights = 0;
  for (const { layer, composition } of moments) {
    const channels = composition.length / WEIGHT_STATES.length;
    const each = layer.weights / channels;
    weights += layer.weights;
    for (let state = 0; state < sums.length; state += 1) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel += 1) sum += composition[state * channels + channel]!;
      sums[state]! += sum * each;
    }
  }
  return weights === 0 ? sums : sums.map((sum) => sum / weights);
}
