import { ref } from 'vue';
import type { Ref } from 'vue';
import { untilTold } from '../stores/workstation.ts';

export interface Once {
  /** What was pressed is under way. */
  busy: Readonly<Ref<boolean>>;
  /** Answers with undefined where something is under way already. */
  once: <T>(action: () => Promise<T>) => Promise<T | undefined>;
}

/**
 * Runs one action at a time, however often it is pressed: until it is done, and the window has been told what came of it, the
 * buttons still show what was before.
 */
export function useOnce(): Once {
  const busy = ref(false);
  return {
    busy,
    once: async (action) => {
      if (busy.value) return undefined;
      busy.value = true;
      try {
        const answer = await action();
        await untilTold();
        return answer;
      } finally {
        busy.value = false;
      }
    },
  };
}
