import { onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { Ref } from 'vue';
import { sentenceOf } from '../client/sentence.ts';
import type { Workstation } from '../stores/workstation.ts';
import { ChannelHistory, epochsAround, epochsWithin, missingWindows, WINDOW } from './channel-history.ts';
import { afterRest } from './rest.ts';

/** Epochs of a control that are counted anew over the weights of a run, in one call: that takes longer than reading. */
const COUNTED_WINDOW = 4;

/** Bytes of tables that one side of the replay holds: of most runs all, and of others what is around the moment. */
export const HELD = 32 * 1024 * 1024;
/** Of those, bytes that are read ahead around a moment that is stayed at. */
export const AHEAD = 8 * 1024 * 1024;
/** Bytes of one answer that is read ahead: a seek does not wait for more than that. */
const ANSWER = 2 * 1024 * 1024;
const COUNTED_ANSWER = 1024 * 1024;

/** The channel tables of a run at one threshold, read as they are looked at. */
export interface LoadedHistory {
  history: Readonly<Ref<ChannelHistory>>;
  /** Rises whenever more was read: pictures that were waiting are drawn. */
  version: Readonly<Ref<number>>;
  error: Readonly<Ref<string | null>>;
  /** Whether the channels of the moment were asked for and are not stored. */
  missing: Readonly<Ref<boolean>>;
}

export interface LookedChannels {
  id: Ref<string | null>;
  /** Epochs that there are. */
  epochs: Ref<readonly number[]>;
  epoch: Ref<number>;
  /** Label of the threshold; null where the run does not measure it, and nothing is read. */
  threshold: Ref<string | null>;
  /** The run over whose kept weights those of a control are counted; null for all of its own. */
  keptBy: Ref<string | null>;
}

export function useChannelHistory(
  workstation: Workstation,
  { id, epochs, epoch, threshold, keptBy }: LookedChannels,
): LoadedHistory {
  const history = shallowRef(new ChannelHistory());
  const version = ref(0);
  const error = ref<string | null>(null);
  const missing = ref(false);
  let reading: { from: number; to: number; controller: AbortController } | null = null;
  const rest = afterRest(fill);

  /** The moment first, by itself; then, once it is stayed at, what is around it, the nearest window in front. */
  function next(): { from: number; to: number } | null {
    const moment = epoch.value;
    const { bytesPerEpoch } = history.value;
    if (!epochs.value.includes(moment)) return null;
    // The reader counts a large control for long, and answers nothing else meanwhile: only what is stayed at, and nothing ahead,
    // unless it is known that its counts are stored.
    const isCounted = keptBy.value !== null && history.value.counts !== 'stored';
    const isCostly = isCounted && bytesPerEpoch > COUNTED_ANSWER;
    if (!history.value.has(moment)) return isCostly && !rest.isOver() ? null : { from: moment, to: moment };
    if (isCostly || !rest.isOver()) return null;
    const [most, answer] = isCounted ? [COUNTED_WINDOW, COUNTED_ANSWER] : [WINDOW, ANSWER];
    const span = Math.min(most, epochsWithin(answer, bytesPerEpoch));
    const near = epochsAround(epochs.value, moment, bytesPerEpoch, AHEAD);
    return missingWindows(near, (at) => history.value.has(at), moment, span)[0] ?? null;
  }

  /** Asks for what is wanted next, unless it is on its way; what is not wanted any more is given up. One call at a time. */
  function fill(): void {
    const wanted = id.value === null || threshold.value === null ? null : next();
    const isMoment = wanted !== null && !history.value.has(epoch.value);
    if (reading !== null) {
      const isComing = epoch.value >= reading.from && epoch.value <= reading.to;
      if (wanted !== null && (isMoment ? isComing : true)) return;
      cancel();
    }
    if (wanted !== null) void read(wanted);
  }

  function cancel(): void {
    reading?.controller.abort();
    reading = null;
  }

  async function read(window: { from: number; to: number }): Promise<void> {
    const into = history.value;
    const controller = new AbortController();
    const { signal } = controller;
    reading = { ...window, controller };
    const beside = keptBy.value === null ? {} : { keptBy: keptBy.value };
    const asked = { id: id.value!, threshold: threshold.value!, ...window, ...beside };
    try {
      const frame = await workstation.client.runs.channels(asked, { signal });
      if (signal.aborted) return;
      reading = null;
      const brought = into.add(frame);
      into.keepAround(epoch.value, HELD);
      error.value = null;
      const isOfMoment = epoch.value >= window.from && epoch.value <= window.to;
      if (isOfMoment) missing.value = !into.has(epoch.value);
      version.value += 1;
      // Where nothing is stored there is nothing to go on with.
      if (brought.length > 0) fill();
    } catch (failure) {
      if (signal.aborted) return;
      reading = null;
      if (workstation.connection.value === 'open') error.value = sentenceOf(failure);
    }
  }

  watch(
    [id, keptBy, threshold],
    () => {
      cancel();
      history.value = new ChannelHistory();
      version.value += 1;
      error.value = null;
      missing.value = false;
      rest.begin();
      fill();
    },
    { immediate: true },
  );
  watch(epoch, () => {
    missing.value = false;
    rest.begin();
    fill();
  });
  watch([epochs, workstation.generation], fill);
  // A resumed run measures its last epoch anew: what was read of it is forgotten, then read again.
  onScopeDispose(
    workstation.listen((event) => {
      const isOurs = event.type === 'epoch' && [id.value, keptBy.value].includes(event.id);
      if (isOurs && history.value.has(event.epoch.epoch)) {
        history.value.forget(event.epoch.epoch);
        fill();
      }
    }),
  );
  onScopeDispose(cancel);
  return { history, version, error, missing };
}
