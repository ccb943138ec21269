import { computed } from 'vue';
import type { WritableComputedRef } from 'vue';
import { SPREAD_NAMES, type Spread } from '../../common/statistics/spread.ts';
import { note, useAddress } from './address.ts';
import { chosen } from './preferences.ts';

/** What the band around a mean means, where nothing else is chosen. */
const preferred = chosen('spread', SPREAD_NAMES, 'sd');

/** The spread of the moment: the address's, else the preferred one. */
export function useSpread(): WritableComputedRef<Spread> {
  const address = useAddress();
  return computed({
    get: () => SPREAD_NAMES.find((name) => name === address.value.parameters['spread']) ?? preferred.value,
    set: (spread) => {
      preferred.value = spread;
      note({ spread });
    },
  });
}
