import type { DecayClock } from '../contract/schemas.ts';
import { CHANNEL_FIELDS } from '../records.ts';

/** A channel sheds when its norm decays at this share of the free rate or faster. */
export const SHEDDING_RATE = 0.8;

const PRUNED = CHANNEL_FIELDS.indexOf('pruned');
const NORM = CHANNEL_FIELDS.indexOf('norm');

/**
 * Factor by which the decay clock shrinks a weight without gradient from epoch `before` to epoch `epoch`;
 * null where the clock says nothing about one of them.
 */
export function freeRatio(clock: DecayClock, before: number, epoch: number): number | null {
  const first = clock.factors.find((entry) => entry.epoch === before)?.factor;
  const last = clock.factors.find((entry) => entry.epoch === epoch)?.factor;
  if (first === undefined || last === undefined || !(first > 0) || !(last > 0)) return null;
  return last / first;
}

/** Whether a norm decays at ≥ 0.8 of the free rate: ln(norm / before) ≤ 0.8 · ln(ratio), for a ratio below 1. */
export function decaysFreely(before: number, norm: number, ratio: number): boolean {
  if (!(ratio < 1) || !(before > 0)) return false;
  return norm <= 0 || Math.log(norm / before) <= SHEDDING_RATE * Math.log(ratio);
}

/** Measured decay ÷ free decay over one epoch: 1 decays freely, 0 is held; null where the clock stands still. */
export function decayRatio(before: number, norm: number, ratio: number | null): number | null {
  if (ratio === null || !(ratio < 1) || !(before > 0) || !(norm > 0)) return null;
  return Math.log(norm / before) / Math.log(ratio);
}

/**
 * One flag a channel: 1 where it sheds between two epochs. `before` and `after` are channel tables of one
 * layer, [rows × channels]. A channel whose mask changed in between is never flagged: its norm fell because
 * weights were pruned, not because they decayed.
 */
export function sheddingChannels(
  before: Float32Array | null,
  after: Float32Array,
  channels: number,
  ratio: number | null,
): Uint8Array {
  const flags = new Uint8Array(channels);
  if (before === null || ratio === null) return flags;
  for (let channel = 0; channel < channels; channel += 1) {
    if (before[PRUNED * channels + channel] !== after[PRUNED * channels + channel]) continue;
    const normBefore = before[NORM * channels + channel] ?? 0;
    const norm = after[NORM * channels + channel] ?? 0;
    if (decaysFreely(normBefore, norm, ratio)) flags[channel] = 1;
  }
  return flags;
}
