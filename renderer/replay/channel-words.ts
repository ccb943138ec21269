import { WEIGHT_STATES } from '../../common/cascade/composition.ts';
import { percent } from '../format/numbers.ts';
import type { LayerMoment } from './moment.ts';
import { stateName, type Role } from './state-names.ts';

/** A channel in words: what its weights are, the shares that are not nothing. */
export function channelWords(
  moment: readonly LayerMoment[] | null,
  layer: string,
  channel: number,
  threshold: string,
  role: Role,
): string {
  const entry = moment?.find((one) => one.layer.name === layer);
  const name = `${layer} · channel ${channel}`;
  if (!entry) return name;
  const channels = entry.composition.length / WEIGHT_STATES.length;
  const shares = WEIGHT_STATES.flatMap((state, index) => {
    const share = entry.composition[index * channels + channel] ?? 0;
    return share > 0 ? [`${percent(share)} ${stateName(state, threshold, role)}`] : [];
  });
  return `${name} of ${channels}: ${shares.join(', ')}`;
}
