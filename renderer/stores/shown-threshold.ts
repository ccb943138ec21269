import { computed } from 'vue';
import type { Ref, WritableComputedRef } from 'vue';
import { threshold as preferred } from './preferences.ts';
import { note, useAddress } from './address.ts';

/** The threshold of the moment: the address's, else the preferred one, else the ladder's first that exists. */
export function useThreshold(ladder: Readonly<Ref<readonly string[]>>): WritableComputedRef<string> {
  const address = useAddress();
  return computed({
    get: () => {
      const wanted = address.value.parameters['threshold'];
      if (wanted !== undefined && ladder.value.includes(wanted)) return wanted;
      if (ladder.value.includes(preferred.value)) return preferred.value;
      return ladder.value[0] ?? preferred.value;
    },
    set: (label: string) => {
      preferred.value = label;
      note({ threshold: label });
    },
  });
}
