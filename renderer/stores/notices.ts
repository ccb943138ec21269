import { shallowRef } from 'vue';
import { sentenceOf } from '../client/sentence.ts';

export interface Notice {
  id: number;
  tone: 'error' | 'done';
  text: string;
}

export const notices = shallowRef<readonly Notice[]>([]);
let last = 0;

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Errors stay until dismissed; what went well goes by itself. */
export function notify(tone: Notice['tone'], text: string): void {
  last += 1;
  const id = last;
  notices.value = [...notices.value.filter((notice) => notice.text !== text), { id, tone, text }].slice(-4);
  if (tone === 'done') setTimeout(() => dismiss(id), 4_000);
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
