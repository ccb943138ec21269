import { onScopeDispose } from 'vue';
import { offerShortcuts } from '../stores/actions.ts';
import { isTyping } from '../ui/typing.ts';
import type { Player } from './use-player.ts';
import type { Zoom } from './use-zoom.ts';

/** Keys of the replay, wherever the focus is, except where a person types or a control needs the key itself. */
export function useReplayKeys(
  player: Player,
  zoom: Zoom,
  { openLayer, bookmark }: { openLayer: (index: number | null) => void; bookmark: () => void },
): void {
  const actions: Record<string, (event: KeyboardEvent) => void> = {
    ' ': player.toggle,
    ArrowLeft: (event) => (event.shiftKey ? player.jump(-1) : player.step(-1)),
    ArrowRight: (event) => (event.shiftKey ? player.jump(1) : player.step(1)),
    Home: () => player.ends('first'),
    End: () => player.ends('last'),
    '[': () => player.loopEnd('from'),
    ']': () => player.loopEnd('to'),
    '\\': () => (player.loop.value = null),
    l: player.toggleLoop,
    '+': () => zoom.by(2),
    '=': () => zoom.by(2),
    '-': () => zoom.by(0.5),
    z: zoom.reset,
    b: bookmark,
    ',': () => player.faster(-1),
    '.': () => player.faster(1),
    Escape: () => openLayer(null),
  };

  function press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (isTyping(target)) return;
    if (event.key === ' ' && target?.matches('button, a')) return;
    if (/^[0-9]$/.test(event.key)) {
      openLayer(event.key === '0' ? 9 : Number(event.key) - 1);
      return;
    }
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  }
  offerShortcuts('Replay', [
    { keys: 'Space', does: 'plays and stops' },
    { keys: '← →', does: 'one epoch back, one on' },
    { keys: 'Shift ← →', does: 'to the event before, to the next one' },
    { keys: 'Home End', does: 'to the first epoch, to the last one' },
    { keys: '1 – 9, 0', does: 'opens a layer, the tenth by 0' },
    { keys: 'Esc', does: 'closes the layer' },
    { keys: '[ ]', does: 'where the loop begins, where it ends' },
    { keys: '\\', does: 'takes the loop away' },
    { keys: 'L', does: 'loops the epochs shown, or not at all' },
    { keys: '+ −', does: 'fewer epochs on the timeline, more' },
    { keys: 'Z', does: 'all epochs on the timeline' },
    { keys: 'B', does: 'bookmarks the moment, at what is chosen' },
    { keys: ', .', does: 'slower, faster' },
  ]);
  window.addEventListener('keydown', press);
  onScopeDispose(() => window.removeEventListener('keydown', press));
}
