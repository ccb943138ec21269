import { readonly, ref } from 'vue';
import type { Ref } from 'vue';
import { formatAddress, parseAddress } from './address-text.ts';
import type { Address, ViewName } from './address-text.ts';

/**
 * The address holds the moment: which view, which run, which epoch, layer and threshold. Reloading or sharing
 * it restores what was seen. One window has one address, so this is module state.
 */
const current = ref<Address>(parseAddress(location.hash));
window.addEventListener('hashchange', () => {
  clearTimeout(pending);
  pending = undefined;
  current.value = parseAddress(location.hash);
});

/** Browsers allow some 200 changes of the address in 30 s; scrubbing makes more, so it is written after a rest. */
const REST_MS = 200;
let pending: ReturnType<typeof setTimeout> | undefined;

export function useAddress(): Readonly<Ref<Address>> {
  return readonly(current) as Readonly<Ref<Address>>;
}

/** Goes to another view: a new entry in the history. */
export function go(view: ViewName, parameters: Record<string, string> = {}): void {
  clearTimeout(pending);
  pending = undefined;
  location.hash = formatAddress({ view, parameters });
}

/** Notes a moment within the view, without a new entry; null takes a parameter away. */
export function note(changes: Record<string, string | null>): void {
  const parameters = { ...current.value.parameters };
  for (const [name, value] of Object.entries(changes))
    if (value === null) delete parameters[name];
    else parameters[name] = value;
  current.value = { view: current.value.view, parameters };
  clearTimeout(pending);
  pending = setTimeout(() => history.replaceState(null, '', formatAddress(current.value)), REST_MS);
}

/** The address as it can be shared, at once. */
export function shareableAddress(): string {
  return `${location.origin}${location.pathname}${formatAddress(current.value)}`;
}
