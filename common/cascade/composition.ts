import { CHANNEL_FIELDS, shedAndInertRow, shedRow, type ChannelTable } from '../records.ts';

/**
 * What the weights of a channel are at one threshold, as disjoint states. 'inert' here is what is inert and
 * not already shed; 'freed' and 'active' share the rest of a channel by whether it was freed over the last epoch.
 */
export const WEIGHT_STATES = ['active', 'freed', 'shed', 'inert', 'pruned'] as const;
export type WeightState = (typeof WEIGHT_STATES)[number];

export const ACTIVE = 0;
export const FREED = 1;
export const SHED = 2;
export const INERT = 3;
export const PRUNED = 4;

const PRUNED_ROW = CHANNEL_FIELDS.indexOf('pruned');
const INERT_ROW = CHANNEL_FIELDS.indexOf('inert');

/**
 * Shares of each channel's weights by state, [5 × channels] in the order of `WEIGHT_STATES`; the shares of a
 * channel sum to 1. `weights` is the number of weights a channel has; `freed` its flags (see `freed.ts`).
 */
export function composeChannels(
  table: ChannelTable,
  threshold: number,
  weights: number,
  freed: Uint8Array,
  into: Float32Array = new Float32Array(WEIGHT_STATES.length * table.channels),
): Float32Array {
  const { values, channels, thresholds } = table;
  const shedAt = shedRow(threshold) * channels;
  const bothAt = shedAndInertRow(threshold, thresholds) * channels;
  for (let channel = 0; channel < channels; channel += 1) {
    const pruned = values[PRUNED_ROW * channels + channel]!;
    const shed = values[shedAt + channel]!;
    const inert = values[INERT_ROW * channels + channel]! - values[bothAt + channel]!;
    const rest = Math.max(0, weights - pruned - shed - inert);
    const free = freed[channel] === 1;
    into[ACTIVE * channels + channel] = free ? 0 : rest / weights;
    into[FREED * channels + channel] = free ? rest / weights : 0;
    into[SHED * channels + channel] = shed / weights;
    into[INERT * channels + channel] = inert / weights;
    into[PRUNED * channels + channel] = pruned / weights;
  }
  return into;
}

/** Weights of a layer by state at one threshold, in the order of `WEIGHT_STATES`: what its channels have, summed. */
export function countStates(
  table: ChannelTable,
  threshold: number,
  weights: number,
  freed: Uint8Array,
): number[] {
  const { channels } = table;
  const each = weights / channels;
  const shares = composeChannels(table, threshold, each, freed);
  return WEIGHT_STATES.map((_, state) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) sum += shares[state * channels + channel]!;
    return sum * each;
  });
}
