import { WEIGHT_STATES } from '../../common/cascade/composition.ts';
import { percent } from '../format/numbers.ts';
import type { LayerMoment } from './moment.ts';

/** A channel in words: what its weights are, the shares that are not nothing. */
export function channelWords(
  moment: readonly LayerMoment[] | null,
  layer: string,
  channel: number,
  threshold: string,
): string {
  const entry = moment?.find((one) => one.layer.name === layer);
  const name = `${layer} · channel ${channel}`;
  if (!entry) return name;
  const channels = entry.composition.length / WEIGHT_STATES.length;
  const shares = WEIGHT_STATES.flatMap((state, index) => {
    const share = entry.composition[index * channels + channel] ?? 0;
    return share > 0 ? [`${percent(share)} ${state === 'shed' ? `shed ≤ ${threshold}` : state}`] : [];
  });
  return `${name} of ${channels}: ${shares.join(', ')}`;
}
