import { shallowRef } from 'vue';
import { QUANTITIES } from '../format/quantities.ts';
import type { Quantity, QuantityName } from '../format/quantities.ts';

/** The one explanation on the screen, beside what it explains. */
export interface Explanation {
  quantity: Quantity;
  anchor: DOMRect;
}

export const explanation = shallowRef<Explanation | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

export function explain(name: QuantityName, element: Element, delay = 350): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    explanation.value = { quantity: QUANTITIES[name], anchor: element.getBoundingClientRect() };
  }, delay);
}

export function stopExplaining(): void {
  clearTimeout(timer);
  explanation.value = null;
}
