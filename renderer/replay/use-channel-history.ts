import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { ComputedRef, Ref } from 'vue';
import { sentenceOf } from '../client/sentence.ts';
import { ChannelHistory, epochsAround, epochsWithin, missingWindows, WINDOW } from './channel-history.ts';
import type { Workstation } from '../stores/workstation.ts';

/** Epochs of a control that are counted anew over the weights of a run, in one call: that takes longer than reading. */
const COUNTED_WINDOW = 4;

/** Bytes of tables that one side of the replay holds: all of most runs, and of others what is around the moment. */
const BUDGET = 96 * 1024 * 1024;

/** Bytes of one answer: a seek does not wait for more than that. */
const ANSWER = 4 * 1024 * 1024;

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
  let reading: { from: number; to: number; controller: AbortController } | null = null;
  let ended = false;

  /** Reads what is missing, window by window, the one around the moment first. */
  async function fill(): Promise<void> {
    if (reading) return;
    try {
      while (!ended && id.value !== null) {
        const into = history.value;
        const beside = keptBy.value === null ? {} : { keptBy: keptBy.value };
        const most = keptBy.value === null ? WINDOW : COUNTED_WINDOW;
        const span = Math.min(most, epochsWithin(ANSWER, into.bytesPerEpoch));
        const near = epochsAround(epochs.value, focus.value, into.bytesPerEpoch, BUDGET);
        const next = missingWindows(near, (epoch) => into.has(epoch), focus.value, span)[0];
        if (next === undefined) break;
        reading = { ...next, controller: new AbortController() };
        const { signal } = reading.controller;
        const asked = { id: id.value, ...next, ...beside };
        const frame = await workstation.client.runs.channels(asked, { signal }).catch((failure: unknown) => {
          if (signal.aborted) return null;
          throw failure;
        });
        if (frame === null) continue;
        const brought = into.add(frame);
        const kept = epochsAround(epochs.value, focus.value, into.bytesPerEpoch, BUDGET);
        if (kept.length < epochs.value.length) into.keepWithin(kept[0]!, kept.at(-1)!);
        if (into !== history.value) continue;
        error.value = null;
        missing.value = brought.length === 0;
        version.value += 1;
        if (missing.value) break;
      }
    } catch (failure) {
      if (workstation.connection.value === 'open') error.value = sentenceOf(failure);
    } finally {
      reading = null;
    }
  }

  watch([id, keptBy], () => {
    history.value = new ChannelHistory();
    version.value += 1;
    error.value = null;
    missing.value = false;
  });
  watch([id, keptBy, epochs, workstation.generation], () => void fill(), { immediate: true });
  watch(focus, (moment) => {
    // The moment first: a window that is far from it is asked for again later.
    const isAway = reading !== null && (moment < reading.from || moment > reading.to);
    if (isAway && !history.value.has(moment)) reading!.controller.abort();
    void fill();
  });
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
  onScopeDispose(() => {
    ended = true;
    reading?.controller.abort();
  });
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
