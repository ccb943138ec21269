import { onScopeDispose } from 'vue';

/** Milliseconds at a moment after which a person is taken to look at it, not to pass by. */
export const REST_MS = 150;

export interface Rest {
  /** The moment has changed. */
  begin(): void;
  isOver(): boolean;
}

/** Calls `then` when a moment has been stayed at: what may be wanted next is read no sooner. Call in a component's setup. */
export function afterRest(then: () => void): Rest {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  onScopeDispose(() => clearTimeout(timer));
  return {
    begin: () => {
      over = false;
      clearTimeout(timer);
      timer = setTimeout(() => {
        over = true;
        then();
      }, REST_MS);
    },
    isOver: () => over,
  };
}
