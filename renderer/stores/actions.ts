import { computed, onScopeDispose, shallowRef } from 'vue';

/** What the palette of commands offers, by name. */
export interface Action {
  name: string;
  /** Beside the name: what it is done to, or what kind it is. */
  group: string;
  /** The key that does the same, as the sheet of keys writes it. */
  keys?: string;
  run: () => void;
}

/** A key that a view knows, for the sheet of keys. */
export interface Shortcut {
  /** As written on the keys, alternatives apart: '← →'. */
  keys: string;
  does: string;
}

interface Offer<T> {
  owner: symbol;
  give: () => readonly T[];
}

/** Offers of the views that live, those that came last first. */
function offers<T>() {
  const all = shallowRef<readonly Offer<T>[]>([]);
  return {
    offer: (give: () => readonly T[]): void => {
      const owner = Symbol('offer');
      all.value = [{ owner, give }, ...all.value];
      onScopeDispose(() => (all.value = all.value.filter((each) => each.owner !== owner)));
    },
    offered: computed(() => all.value.flatMap(({ give }) => give())),
  };
}

const actions = offers<Action>();
const shortcuts = offers<{ title: string; shortcuts: readonly Shortcut[] }>();

/**
 * Offers actions on what is selected in a view, as long as the view lives: they stand first in the palette. `give` is called anew
 * whenever something changes that it reads. Call in a component's setup.
 */
export const offerActions = actions.offer;
export const offeredActions = actions.offered;

/** Tells the sheet of keys which keys a view knows, as long as it lives. Call in a component's setup. */
export function offerShortcuts(title: string, keys: readonly Shortcut[]): void {
  shortcuts.offer(() => [{ title, shortcuts: keys }]);
}
export const offeredShortcuts = shortcuts.offered;
