import { onScopeDispose } from 'vue';
import { isTyping } from '../ui/typing.ts';

/** The keys that are good everywhere. Call once, in the setup of the window's root. */
export function useShortcuts(actions: { palette: () => void; keys: () => void }): void {
  function press(event: KeyboardEvent): void {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      if (!event.repeat) actions.palette();
      return;
    }
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target))
      return;
    if (event.key === '?') {
      event.preventDefault();
      actions.keys();
    }
    if (event.key === '/') {
      const filter = filterOfView();
      if (!filter) return;
      event.preventDefault();
      filter.focus();
      filter.select();
    }
  }
  window.addEventListener('keydown', press);
  onScopeDispose(() => window.removeEventListener('keydown', press));
}

/** The first box of the view that takes a query, or searches. */
function filterOfView(): HTMLInputElement | null {
  const all = document.querySelectorAll<HTMLInputElement>(
    'main input[role="combobox"], main input[type="search"]',
  );
  return [...all].find((box) => box.checkVisibility()) ?? null;
}
