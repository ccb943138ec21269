import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { ComputedRef, Ref } from 'vue';
import { decodeRows } from '../../common/codec/rows.ts';
import type { TrackEpoch } from '../../common/contract/track-schemas.ts';
import type { PrunableLayer } from '../../common/network.ts';
import { sentenceOf } from '../client/sentence.ts';
import type { Workstation } from '../stores/workstation.ts';
import { afterRest } from './rest.ts';
import { epochsTelling, missingFrom, StateTracks, strideFor } from './tracks.ts';
import type { Range } from './zoom.ts';

export interface LookedTracks {
  id: Ref<string | null>;
  layers: Ref<readonly PrunableLayer[]>;
  /** Label; null where the run does not measure it, and nothing is read. */
  threshold: Ref<string | null>;
  /** Epochs that are shown. */
  range: Ref<Range>;
  /** Epochs that are stored, from 0 on. */
  stored: Ref<number>;
  epoch: Ref<number>;
}

export interface LoadedTracks {
  tracks: Readonly<Ref<StateTracks>>;
  /** Epochs that tell the range, each for so many. */
  told: ComputedRef<readonly number[]>;
  every: ComputedRef<number>;
  /** Rises whenever more was read. */
  version: Readonly<Ref<number>>;
  error: Readonly<Ref<string | null>>;
}

/**
 * States of the weights by epoch, as many epochs of the range as it has room for. They are read once a moment is stayed at: nothing
 * that is looked at waits for them.
 */
export function useTracks(
  workstation: Workstation,
  { id, layers, threshold, range, stored, epoch }: LookedTracks,
): LoadedTracks {
  const tracks = shallowRef(new StateTracks([]));
  const version = ref(0);
  const error = ref<string | null>(null);
  let reading: AbortController | null = null;
  const rest = afterRest(fill);
  const known = computed((): Range => ({
    from: range.value.from,
    to: Math.min(range.value.to, stored.value - 1),
  }));
  const every = computed(() => strideFor(known.value));
  const told = computed(() => epochsTelling(known.value, every.value));

  function fill(): void {
    if (reading !== null || id.value === null || threshold.value === null || !rest.isOver()) return;
    if (layers.value.length === 0) return;
    const missing = missingFrom(told.value, (at) => tracks.value.has(at));
    if (missing !== null) void read(id.value, missing, every.value, threshold.value);
  }

  async function read(wanted: string, window: Range, stride: number, label: string): Promise<void> {
    const { signal } = (reading = new AbortController());
    const into = tracks.value;
    try {
      const asked = { id: wanted, ...window, every: stride, threshold: label };
      const { rows } = decodeRows<TrackEpoch>(await workstation.client.runs.tracks(asked, { signal }));
      if (signal.aborted) return;
      reading = null;
      error.value = null;
      into.add(rows);
      version.value += 1;
      if (rows.length > 0) fill();
    } catch (failure) {
      if (signal.aborted) return;
      reading = null;
      if (workstation.connection.value === 'open') error.value = sentenceOf(failure);
    }
  }

  function stop(): void {
    reading?.abort();
    reading = null;
  }
  watch(
    [id, threshold, layers],
    () => {
      stop();
      tracks.value = new StateTracks(layers.value);
      version.value += 1;
      error.value = null;
    },
    { immediate: true },
  );
  watch([id, threshold, layers, epoch, range], () => (stop(), rest.begin()), { immediate: true });
  watch([stored, workstation.generation], fill);
  // A resumed run measures its last epoch anew.
  onScopeDispose(
    workstation.listen((event) => {
      if (event.type !== 'epoch' || event.id !== id.value) return;
      tracks.value.forget(event.epoch.epoch);
      fill();
    }),
  );
  onScopeDispose(stop);
  return { tracks, told, every, version, error };
}
