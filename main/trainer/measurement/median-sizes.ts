import { freedChannels } from '../../../common/cascade/freed.ts';
import type { NetworkDescription } from '../../../common/network.ts';
import { CHANNEL_FIELDS, type LayerStates } from '../../../common/records.ts';

const PRUNED = CHANNEL_FIELDS.indexOf('pruned');
const NORM = CHANNEL_FIELDS.indexOf('norm');

/**
 * The median size of kept weights in freed channels, and in all others. The size of each is taken to be the root mean
 * square of its channel's, so that one number stands for each channel; the median counts weights, not channels.
 *
 * @returns null for a side on which no weight is kept
 */
export function medianSizes(
  { layers }: Pick<NetworkDescription, 'layers'>,
  states: readonly Pick<LayerStates, 'channels'>[],
  thresholds: number,
): { freedMedian: number | null; heldMedian: number | null } {
  const [freed, held]: [Sized[], Sized[]] = [[], []];
  layers.forEach(({ weights, outputChannels: channels }, index) => {
    const { channels: values } = states[index]!;
    const flags = freedChannels({ values, channels, thresholds });
    flags.forEach((flag, channel) => {
      const kept = weights / channels - values[PRUNED * channels + channel]!;
      if (kept === 0) return;
      const size = values[NORM * channels + channel]! / Math.sqrt(kept);
      (flag === 1 ? freed : held).push({ size, kept });
    });
  });
  return { freedMedian: weightedMedian(freed), heldMedian: weightedMedian(held) };
}

interface Sized {
  size: number;
  kept: number;
}

/** The lower median. */
function weightedMedian(sizes: Sized[]): number | null {
  const half = sizes.reduce((sum, { kept }) => sum + kept, 0) / 2;
  let counted = 0;
  for (const { size, kept } of sizes.sort((one, other) => one.size - other.size)) {
    counted += kept;
    if (counted >= half) return size;
  }
  return null;
}
