import type { Directive } from 'vue';

/**
 * `v-roving:rows="'button'"`: of the elements that the selector finds within, one is in the order of the Tab key, and arrows, Home and
 * End move it. 'rows' listens to the arrows up and down, 'columns' to those left and right. One that is pressed, or that has
 * the focus otherwise, is the one from then on.
 */
export const vRoving: Directive<HTMLElement, string, never, 'rows' | 'columns'> = {
  mounted: (list, { value: selector, arg }) => {
    list.dataset['roving'] = arg ?? 'rows';
    keepOne(list, selector);
    list.addEventListener('focusin', ({ target }) => {
      const item = itemsOf(list, selector).find((each) => each === target);
      if (item) keepOne(list, selector, item);
    });
    list.addEventListener('keydown', (event) => {
      if (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
      const items = itemsOf(list, selector);
      const here = items.findIndex((item) => item === event.target);
      const next = here < 0 ? undefined : items[target(event.key, arg ?? 'rows', here, items.length)];
      if (next === undefined) return;
      event.preventDefault();
      next.focus();
    });
  },
  updated: (list, { value: selector }) => keepOne(list, selector),
};

function itemsOf(list: HTMLElement, selector: string): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(selector)];
}

/** The given item, else the one that is it already, else one that is chosen, else the first. */
function keepOne(list: HTMLElement, selector: string, wanted?: HTMLElement): void {
  const items = itemsOf(list, selector);
  const one =
    wanted ??
    items.find((item) => item.dataset['roves'] !== undefined) ??
    items.find((item) => item.ariaPressed === 'true') ??
    items[0];
  for (const item of items) {
    const tabIndex = item === one ? 0 : -1;
    if (item.tabIndex !== tabIndex || !item.hasAttribute('tabindex')) item.tabIndex = tabIndex;
    if (item === one && wanted) item.dataset['roves'] = '';
    else if (wanted) delete item.dataset['roves'];
  }
}

function target(key: string, arg: 'rows' | 'columns', here: number, length: number): number {
  const [back, on] = arg === 'rows' ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight'];
  if (key === back) return Math.max(0, here - 1);
  if (key === on) return Math.min(length - 1, here + 1);
  if (key === 'Home') return 0;
  return key === 'End' ? length - 1 : -1;
}
