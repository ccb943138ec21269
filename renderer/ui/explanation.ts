import { onScopeDispose, shallowRef } from 'vue';
import { QUANTITIES } from '../format/quantities.ts';
import type { Quantity, QuantityName } from '../format/quantities.ts';

/** The one explanation on the screen, beside what it explains. */
export interface Explanation {
  quantity: Quantity;
  anchor: DOMRect;
}

export const explanation = shallowRef<Explanation | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;
/** What is explained, or is about to be. */
let explained: Element | null = null;
let since = 0;
/** Milliseconds in which a page scrolls what came into focus into sight. */
const SETTLES = 300;

export function explain(name: QuantityName, element: Element, delay = 350): void {
  clearTimeout(timer);
  explained = element;
  since = performance.now();
  timer = setTimeout(() => {
    if (element.isConnected)
      explanation.value = { quantity: QUANTITIES[name], anchor: element.getBoundingClientRect() };
  }, delay);
}

export function stopExplaining(): void {
  clearTimeout(timer);
  explained = null;
  explanation.value = null;
}

/** An element that goes away takes its explanation along. */
export function stopExplainingOf(element: Element | null): void {
  if (element !== null && element === explained) stopExplaining();
}

/**
 * An explanation is for the moment: Escape, scrolling, another view, another window and a press elsewhere end it, and so does a
 * pointer that is elsewhere though nothing told that it left. Escape then does nothing else.
 */
export function useExplanationEnds(): void {
  const ends = new AbortController();
  const listen = (target: EventTarget, types: readonly string[], listener: (event: Event) => void) => {
    for (const type of types)
      target.addEventListener(type, listener, {
        capture: true,
        passive: type !== 'keydown',
        signal: ends.signal,
      });
  };
  const isElsewhere = ({ target }: Event) => !(target instanceof Node && explained?.contains(target));
  const hasFocus = () => explained !== null && explained.contains(document.activeElement);
  listen(window, ['scroll'], () => {
    if (!hasFocus() || performance.now() - since > SETTLES) stopExplaining();
    else if (explanation.value !== null && explained !== null)
      explanation.value = { ...explanation.value, anchor: explained.getBoundingClientRect() };
  });
  listen(window, ['resize', 'hashchange', 'blur'], (event) => {
    // Focus that moves within the page is told by the element itself.
    if (event.type !== 'blur' || event.target === window) stopExplaining();
  });
  listen(document, ['visibilitychange'], stopExplaining);
  listen(window, ['pointerdown'], (event) => isElsewhere(event) && stopExplaining());
  listen(window, ['pointermove'], (event) => isElsewhere(event) && !hasFocus() && stopExplaining());
  listen(window, ['keydown'], (event) => {
    if (explanation.value === null || (event as KeyboardEvent).key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    stopExplaining();
  });
  onScopeDispose(() => ends.abort());
}
