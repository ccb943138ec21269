import { readonly, ref } from 'vue';
import type { Ref } from 'vue';
import { formatAddress, parseAddress } from './address-text.ts';
import type { Address, ViewName } from './address-text.ts';

/**
 * The address holds the moment: which view, which run, which epoch, layer and threshold. Reloading, going back or sharing
 * it restores what was seen. One window has one address, so this is module state.
 */
const current = ref<Address>(parseAddress(location.hash));
/** The address as it was last read or written: another one has been gone to, though its event is still to come. */
let known = location.hash;
/** What each view noted last, so that a link to it leads to where one was. */
const left = new Map<ViewName, Address['parameters']>([[current.value.view, current.value.parameters]]);
window.addEventListener('hashchange', () => {
  clearTimeout(pending);
  pending = undefined;
  known = location.hash;
  current.value = parseAddress(known);
  left.set(current.value.view, current.value.parameters);
});

/**
 * Browsers allow some 200 changes of the address in 30 s, and for each read the page's icon again, which takes longer than the
 * change: after a few at once, as scrubbing makes them, it is written now and then.
 */
const AT_ONCE = 3;
const AT_ONCE_MS = 1_000;
const REST_MS = 400;
let pending: ReturnType<typeof setTimeout> | undefined;
/** When it was written, the last few times. */
let written: number[] = [];

function write(): void {
  clearTimeout(pending);
  pending = undefined;
  if (location.hash !== known) return;
  written = [...written, performance.now()].slice(-AT_ONCE);
  history.replaceState(history.state, '', formatAddress(current.value));
  known = location.hash;
}

/**
 * Whatever leads away comes after what was noted a moment before: a link that is pressed, another page, the end. A reload has its
 * address before the page is told of it, so what a press or a choice noted is written as that ends; a held key and a drag go on.
 */
function writePending(): void {
  if (pending !== undefined) write();
}
window.addEventListener('click', writePending, { capture: true });
for (const end of ['click', 'change', 'keyup', 'pointerup']) window.addEventListener(end, writePending);
window.addEventListener('beforeunload', writePending);
window.addEventListener('pagehide', writePending);

export function useAddress(): Readonly<Ref<Address>> {
  return readonly(current) as Readonly<Ref<Address>>;
}

/** Goes to another view: a new entry in the history. */
export function go(view: ViewName, parameters: Record<string, string> = {}): void {
  writePending();
  location.hash = formatAddress({ view, parameters });
}

/** Notes a moment within the view, without a new entry; null takes a parameter away. A view that is being left notes nothing. */
export function note(changes: Record<string, string | null>): void {
  if (location.hash !== known) return;
  const parameters: Record<string, string> = { ...current.value.parameters };
  for (const [name, value] of Object.entries(changes))
    if (value === null) delete parameters[name];
    else parameters[name] = value;
  current.value = { view: current.value.view, parameters };
  left.set(current.value.view, parameters);
  const busy = written.length === AT_ONCE && performance.now() - written[0]! < AT_ONCE_MS;
  if (busy) pending ??= setTimeout(write, REST_MS);
  else write();
}

/** What a view noted when it was last seen. */
export function lastOf(view: ViewName): Address['parameters'] {
  return left.get(view) ?? {};
}

/** The address as it can be shared, at once. */
export function shareableAddress(): string {
  return `${location.origin}${location.pathname}${formatAddress(current.value)}`;
}
