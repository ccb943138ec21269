import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { ComputedRef, Ref } from 'vue';
import { sentenceOf } from '../client/sentence.ts';
import { ChannelHistory, missingWindows, WINDOW } from './channel-history.ts';
import type { Workstation } from '../stores/workstation.ts';

/** Epochs of a control that are counted anew over the weights of a run, in one call: that takes longer than reading. */
const COUNTED_WINDOW = 4;

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

/** @param keptBy the run over whose kept weights those of a control are counted; null for all of its own */
export function useChannelHistory(
  workstation: Workstation,
  id: Ref<string | null>,
  epochs: Ref<readonly number[]>,
  focus: Ref<number>,
  keptBy: Ref<string | null>,
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
        const into = history.value;
        const beside = keptBy.value === null ? {} : { keptBy: keptBy.value };
        const span = keptBy.value === null ? WINDOW : COUNTED_WINDOW;
        const next = missingWindows(epochs.value, (epoch) => into.has(epoch), focus.value, span)[0];
        if (next === undefined) break;
        const frame = await workstation.client.runs.channels({ id: id.value, ...next, ...beside });
        const brought = into.add(frame);
        if (into !== history.value) continue;
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

  watch([id, keptBy], () => {
    history.value = new ChannelHistory();
    version.value += 1;
    error.value = null;
    missing.value = false;
  });
  watch([id, keptBy, epochs, workstation.generation], () => void fill(), { immediate: true });
  // A resumed run measures its last epoch anew: what was read of it is forgotten, then read again.
  onScopeDispose(
    workstation.listen((event) => {
      const isOurs = event.type === 'epoch' && [id.value, keptBy.value].includes(event.id);
      if (isOurs && history.value.has(event.epoch.epoch)) {
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
