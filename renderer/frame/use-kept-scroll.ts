import { nextTick, onMounted, onScopeDispose } from 'vue';
import type { Ref } from 'vue';
import { historyEntry } from '../stores/history-entry.ts';

/** How far each scroller, by its name, is scrolled: CSS pixels from the top. */
type Positions = Record<string, number>;

const STORED = 'cascade.scroll';
/** Entries of the history whose positions are kept: those that were scrolled last. */
const MOST = 50;
const REST_MS = 200;
/** In which the rest of a view comes, once it is long enough: what comes later does not scroll it any more. */
const COMING_MS = 4_000;

/**
 * Back, Forward and a reload show what was seen: whatever in the frame has `data-scrolls` with a name is scrolled as it was. What
 * a view shows comes bit by bit, above what was seen too, so it is scrolled with every change, until a person does something
 * or it should be whole. An entry that is new begins at its top.
 */
export function useKeptScroll(frame: Readonly<Ref<HTMLElement | null>>): void {
  const kept = read();
  let entry = historyEntry();
  let wanted: Positions = {};
  let rest: ReturnType<typeof setTimeout> | undefined;
  let coming: ReturnType<typeof setTimeout> | undefined;
  const changes = new MutationObserver(restore);
  const end = new AbortController();

  function write(): void {
    clearTimeout(rest);
    rest = undefined;
    try {
      sessionStorage.setItem(STORED, JSON.stringify([...kept]));
    } catch {
      // Full, or refused: it lasts as long as the page.
    }
  }
  const scrollers = (): HTMLElement[] => [
    ...(frame.value?.querySelectorAll<HTMLElement>('[data-scrolls]') ?? []),
  ];
  function remember(scroller: EventTarget | null): void {
    const name = scroller instanceof HTMLElement ? scroller.dataset['scrolls'] : undefined;
    if (name === undefined || name in wanted) return;
    const before = kept.get(entry) ?? {};
    kept.delete(entry);
    kept.set(entry, { ...before, [name]: (scroller as HTMLElement).scrollTop });
    for (const oldest of [...kept.keys()].slice(0, -MOST)) kept.delete(oldest);
    rest ??= setTimeout(write, REST_MS);
  }

  function restore(): void {
    let isThere = true;
    for (const [name, top] of Object.entries(wanted)) {
      const scroller = frame.value?.querySelector<HTMLElement>(`[data-scrolls="${name}"]`);
      if (scroller && Math.abs(scroller.scrollTop - top) > 1) scroller.scrollTop = top;
      isThere &&= scroller != null && Math.abs(scroller.scrollTop - top) <= 1;
    }
    if (isThere) coming ??= setTimeout(settle, COMING_MS);
  }
  function settle(): void {
    clearTimeout(coming);
    coming = undefined;
    wanted = {};
    changes.disconnect();
  }
  async function arrive(): Promise<void> {
    settle();
    entry = historyEntry();
    const known = kept.get(entry);
    await nextTick();
    if (known === undefined) for (const scroller of scrollers()) scroller.scrollTop = 0;
    else {
      wanted = { ...known };
      if (frame.value)
        changes.observe(frame.value, {
          childList: true,
          subtree: true,
          characterData: true,
          attributes: true,
        });
      restore();
    }
  }

  onMounted(arrive);
  const listen = (types: readonly string[], listener: (event: Event) => void): void => {
    for (const type of types)
      window.addEventListener(type, listener, { capture: true, passive: true, signal: end.signal });
  };
  // After the address's own listener, so that the next tick shows the new place.
  window.addEventListener('hashchange', arrive, { signal: end.signal });
  listen(['scroll'], ({ target }) => remember(target));
  listen(['wheel', 'touchmove', 'pointerdown', 'keydown'], settle);
  listen(['pagehide'], write);
  onScopeDispose(() => {
    end.abort();
    settle();
    clearTimeout(rest);
  });
}

function read(): Map<string, Positions> {
  try {
    const list: unknown = JSON.parse(sessionStorage.getItem(STORED) ?? '[]');
    if (Array.isArray(list)) return new Map(list as [string, Positions][]);
  } catch {
    // Refused, or not of this version: nothing is known then.
  }
  return new Map();
}
