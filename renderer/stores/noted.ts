import { computed, watch } from 'vue';
import type { Ref, WritableComputedRef } from 'vue';
import { note, useAddress } from './address.ts';

/** A text that the address holds; without one it is the fallback, which is not written there. */
export function notedText(name: string, fallback: string): WritableComputedRef<string> {
  const address = useAddress();
  return computed({
    get: () => address.value.parameters[name] ?? fallback,
    set: (value) => note({ [name]: value === fallback ? null : value }),
  });
}

/** One of a few words that the address holds; a word that is none of them is the fallback. */
export function notedChoice<T extends string>(
  name: string,
  allowed: readonly T[],
  fallback: T,
): WritableComputedRef<T> {
  const text = notedText(name, fallback);
  return computed({
    get: () => allowed.find((word) => word === text.value) ?? fallback,
    set: (value) => (text.value = value),
  });
}

/** A text that the address holds, or nothing. */
export function notedOption(name: string): WritableComputedRef<string | null> {
  const address = useAddress();
  return computed({
    get: () => address.value.parameters[name] ?? null,
    set: (value) => note({ [name]: value }),
  });
}

/**
 * Writes what a view settled on by itself into its address, once it is `known`: coming back shows the same, whatever was
 * preferred elsewhere meanwhile.
 */
export function noteOnceKnown(name: string, value: Readonly<Ref<string>>, known: () => boolean): void {
  const address = useAddress();
  const { view } = address.value;
  watch(
    [known, () => address.value.view === view && address.value.parameters[name] === undefined],
    ([isKnown, isMissing]) => {
      if (isKnown && isMissing) note({ [name]: value.value });
    },
    { immediate: true },
  );
}
