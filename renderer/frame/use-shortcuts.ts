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
      if (filter instanceof HTMLInputElement) filter.select();
    }
  }
  window.addEventListener('keydown', press);
  onScopeDispose(() => window.removeEventListener('keydown', press));
}

/** The view's own: what it marks as such, or the first box of the kind that searches. */
function filterOfView(): HTMLElement | null {
  const all = document.querySelectorAll<HTMLElement>('main [data-filter], main input[type="search"]');
  return [...all].find((box) => box.checkVisibility()) ?? null;
}
