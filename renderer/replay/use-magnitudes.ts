import { onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { Ref } from 'vue';
import { sentenceOf } from '../client/sentence.ts';
import type { Workstation } from '../stores/workstation.ts';
import { MagnitudeHistory } from './magnitude-history.ts';
import { afterRest } from './rest.ts';

export interface LoadedMagnitudes {
  history: Readonly<Ref<MagnitudeHistory>>;
  /** Changes whenever something was read: the history is not itself reactive. */
  version: Readonly<Ref<number>>;
  /** Whether everything that was recorded is read. */
  whole: Readonly<Ref<boolean>>;
  error: Readonly<Ref<string | null>>;
}

/** Epochs around the moment that are read first: what is looked at stands there before the rest of a long run. */
const FIRST = 64;

/**
 * Histograms of all epochs of a run, those around the moment first, one call at a time. Of a moment that recorded none they are counted
 * from its checkpoint, once it is stayed at.
 *
 * @param checkpoints whether there is a checkpoint of an epoch
 */
export function useMagnitudes(
  workstation: Workstation,
  id: Ref<string | null>,
  epoch: Ref<number>,
  last: Ref<number>,
  checkpoints: (epoch: number) => boolean,
): LoadedMagnitudes {
  const history = shallowRef(new MagnitudeHistory());
  const version = ref(0);
  const whole = ref(false);
  const error = ref<string | null>(null);
  let reading: AbortController | null = null;
  let told = -1;

  async function spans(run: string, parts: readonly [number, number][], signal: AbortSignal): Promise<void> {
    for (const [from, to] of parts)
      for (let at: number | null = from; at !== null && at <= to;) {
        const asked = { id: run, from: at, to };
        const frame = await workstation.client.runs.magnitudes(asked, { signal });
        if (signal.aborted) return;
        at = history.value.read(frame);
        version.value += 1;
      }
  }

  async function read(): Promise<void> {
    const run = id.value;
    if (run === null || last.value <= told || reading !== null) return;
    const { signal } = (reading = new AbortController());
    const [from, end] = [told + 1, last.value];
    const near = Math.max(from, epoch.value - FIRST / 2);
    const past = Math.min(end, near + FIRST);
    const parts: [number, number][] = [
      [near, past],
      [from, near - 1],
      [past + 1, end],
    ];
    try {
      await spans(
        run,
        parts.filter(([first, to]) => first <= to),
        signal,
      );
      if (signal.aborted) return;
      reading = null;
      told = end;
      whole.value = true;
      error.value = null;
      rest.begin();
      void read();
    } catch (failure) {
      if (signal.aborted) return;
      reading = null;
      error.value = sentenceOf(failure);
    }
  }

  async function reckon(): Promise<void> {
    const [run, at] = [id.value, epoch.value];
    if (run === null || !whole.value || history.value.has(at) || at > last.value || !checkpoints(at)) return;
    const of = history.value;
    try {
      of.read(await workstation.client.runs.reckonedMagnitudes({ id: run, epoch: at }));
      if (of === history.value) version.value += 1;
    } catch (failure) {
      if (of === history.value) error.value = sentenceOf(failure);
    }
  }
  const rest = afterRest(() => void reckon());

  function anew(): void {
    reading?.abort();
    reading = null;
    told = -1;
    whole.value = false;
    error.value = null;
    history.value = new MagnitudeHistory();
    version.value += 1;
    void read();
  }
  watch([id, workstation.generation], anew, { immediate: true });
  watch(last, () => void read());
  watch(epoch, () => rest.begin());
  onScopeDispose(() => reading?.abort());
  return { history, version, whole, error };
}
