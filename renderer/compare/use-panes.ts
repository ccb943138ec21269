import { computed } from 'vue';
import { notedText } from '../stores/noted.ts';
import { newId, panesOf, readLayout, withPane, writeLayout, type Layout } from './layout.ts';
import { PANES } from './panes/registry.ts';

const USUAL = writeLayout({
  direction: 'column',
  sizes: [58, 42],
  children: [
    {
      direction: 'row',
      sizes: [50, 50],
      children: [
        { id: 'pane-1', kind: 'curves', settings: { y: 'excess', x: 'epoch' } },
        { id: 'pane-2', kind: 'curves', settings: { y: 'testAccuracy', x: 'epoch' } },
      ],
    },
    {
      direction: 'row',
      sizes: [50, 50],
      children: [
        { id: 'pane-3', kind: 'numbers', settings: {} },
        { id: 'pane-4', kind: 'trade-off', settings: { y: 'testAccuracy', x: 'compression(masked)' } },
      ],
    },
  ],
});
/** As the address holds that every pane was closed. */
const NONE = 'none';

/** The panes of the comparison and how they are laid out: the address has them, without which they are the usual ones. */
export function usePanes() {
  const panes = notedText('panes', USUAL);
  const layout = computed<Layout | null>({
    get: () => (panes.value === NONE ? null : (readLayout(panes.value) ?? readLayout(USUAL))),
    set: (next) => (panes.value = next === null ? NONE : writeLayout(next)),
  });
  /** Beside the last pane. */
  function add(kind: string): void {
    const { settings } = PANES.find((each) => each.kind === kind)!;
    const last = panesOf(layout.value).at(-1)?.id ?? null;
    layout.value = withPane(layout.value, { id: newId(layout.value), kind, settings }, last, 'right');
  }
  return {
    layout,
    add,
    isUsual: computed(() => panes.value === USUAL),
    reset: (): void => void (panes.value = USUAL),
  };
}
