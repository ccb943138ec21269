/**
 * Which entry of the tab's history one is at. The same place gone to twice is two entries; Back, Forward and a reload come to one
 * that was there before. Its name is in the history's own state, which the address does not show.
 */
export function historyEntry(): string {
  const state: unknown = history.state;
  if (typeof state === 'object' && state !== null && 'entry' in state && typeof state.entry === 'string')
    return state.entry;
  made += 1;
  const entry = `${Date.now()}.${made}`;
  history.replaceState({ entry }, '');
  return entry;
}
let made = 0;

/** Answers, whenever it is called, whether one is still where one was when this was asked. */
export function stillHere(): () => boolean {
  const entry = historyEntry();
  return () => historyEntry() === entry;
}
