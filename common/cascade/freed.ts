import { laterRow, type ChannelTable } from '../records.ts';

/**
 * A channel is freed over an epoch where its kept weights moved as the optimizer alone would have moved them: by its own
 * update rule and state, at every step's own rate, with the loss's gradient zero. With w the weights at the start of the
 * epoch, w′ at its end (before any pruning there) and free(w) what the optimizer alone makes of w,
 *
 *     residual = ‖w′ − free(w)‖ ÷ ‖w − free(w)‖ ≤ 0.2.
 *
 * A norm that falls at the free rate is no sign of freedom before batch norm, which makes weights scale-invariant: the
 * loss then only turns them, and the norm falls freely however much they are used. A freed channel shrinks and does not
 * turn. Where the optimizer alone would not move the weights at all, the residual says nothing (NaN).
 */
export const FREED_RESIDUAL = 0.2;

/** Whether a channel was freed; false where its residual is not known. */
export function isFreed(residual: number): boolean {
  return residual <= FREED_RESIDUAL;
}

/**
 * One flag a channel of one layer: 1 where it was freed over the epoch that the table is of. 0 where that was not
 * measured: at epoch 0, and where an earlier version recorded the table.
 */
export function freedChannels({ values, channels, thresholds }: ChannelTable): Uint8Array {
  const row = laterRow('residual', thresholds) * channels;
  const flags = new Uint8Array(channels);
  for (let channel = 0; channel < channels; channel += 1)
    if (isFreed(values[row + channel]!)) flags[channel] = 1;
  return flags;
}
