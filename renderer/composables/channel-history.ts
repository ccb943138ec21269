import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { ComputedRef, Ref } from 'vue';
import { sentenceOf } from '../client/sentence.ts';
import { ChannelHistory, missingWindows } from '../replay/channel-history.ts';
import type { Workstation } from '../stores/workstation.ts';

/** The channel tables of a run, growing as they are read and as the run goes on. */
export interface LoadedHistory {
  history: Readonly<Ref<ChannelHistory>>;
  /** Rises whenever more was read: pictures that were waiting are drawn. */
  version: Readonly<Ref<number>>;
  error: Readonly<Ref<string | null>>;
  /** Whether what was asked for last is not stored. */
  missing: Readonly<Ref<boolean>>;
  /** Share of the known epochs that were read. */
  share: ComputedRef<number>;
}

export function useChannelHistory(
  workstation: Workstation,
  id: Ref<string | null>,
  epochs: Ref<readonly number[]>,
  focus: Ref<number>,
): LoadedHistory {
  const history = shallowRef(new ChannelHistory());
  const version = ref(0);
  const error = ref<string | null>(null);
  const missing = ref(false);
  let reading = false;
  let ended = false;

  /** Reads what is missing, window by window, the one around the moment first. */
  async function fill(): Promise<void> {
    if (reading) return;
    reading = true;
    try {
      while (!ended && id.value !== null) {
        const run = id.value;
        const into = history.value;
        const next = missingWindows(epochs.value, (epoch) => into.has(epoch), focus.value)[0];
        if (next === undefined) break;
        const frame = await workstation.client.runs.channels({ id: run, ...next });
        const brought = into.add(await frame.arrayBuffer());
        if (run !== id.value) continue;
        error.value = null;
        missing.value = brought.length === 0;
        version.value += 1;
        if (missing.value) break;
      }
    } catch (failure) {
      if (workstation.connection.value === 'open') error.value = sentenceOf(failure);
    } finally {
      reading = false;
    }
  }

  watch(id, () => {
    history.value = new ChannelHistory();
    version.value += 1;
    error.value = null;
    missing.value = false;
  });
  watch([id, epochs, workstation.generation], () => void fill(), { immediate: true });
  // A resumed run measures its last epoch anew: what was read of it is forgotten, then read again.
  onScopeDispose(
    workstation.listen((event) => {
      if (event.type === 'epoch' && event.id === id.value && history.value.has(event.epoch.epoch)) {
        history.value.forget(event.epoch.epoch);
        void fill();
      }
    }),
  );
  onScopeDispose(() => (ended = true));
  return {
    history,
    version,
    error,
    missing,
    share: computed(() => {
      void version.value;
      const known = epochs.value.length;
      return known === 0 ? 0 : epochs.value.filter((epoch) => history.value.has(epoch)).length / known;
    }),
  };
}
