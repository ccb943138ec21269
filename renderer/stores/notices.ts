import { shallowRef } from 'vue';
import { sentenceOf } from '../client/sentence.ts';

export interface Notice {
  id: number;
  tone: 'error' | 'done';
  text: string;
  /** What a person can do about it, such as take it back. */
  action?: NoticeAction;
}

export interface NoticeAction {
  label: string;
  run: () => void;
}

export const notices = shallowRef<readonly Notice[]>([]);
let last = 0;

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** What can be taken back is told longer. */
const DONE_MS = 4_000;
const ACTION_MS = 15_000;

/** Errors stay until dismissed; what went well goes by itself. */
export function notify(tone: Notice['tone'], text: string, action?: NoticeAction): void {
  last += 1;
  const id = last;
  notices.value = [
    ...notices.value.filter((notice) => notice.text !== text),
    { id, tone, text, ...(action ? { action } : {}) },
  ].slice(-4);
  if (tone === 'done') setTimeout(() => dismiss(id), action ? ACTION_MS : DONE_MS);
}

/** Does something for a person and says what went wrong, where it does. */
export async function attempt<T>(action: Promise<T>): Promise<T | undefined> {
  try {
    return await action;
  } catch (error) {
    notify('error', sentenceOf(error));
    return undefined;
  }
}
