import { onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { Ref } from 'vue';
import type { Curves } from '../../common/codec/curve-frames.ts';
import { readCurves } from '../../common/contract/read-curves.ts';
import { sentenceOf } from '../client/sentence.ts';
import { useWorkstation } from '../stores/app.ts';
import type { AxisQuantity } from './quantities.ts';

/** Runs end one after another: their curves are asked for together. */
const WAIT_MS = 60;

export interface AskedCurves {
  curves: Readonly<Ref<Curves | null>>;
  /** Null while nothing failed. */
  error: Readonly<Ref<string | null>>;
  /** Curves of what was asked before are shown meanwhile. */
  reading: Readonly<Ref<boolean>>;
}

/** Curves of the runs, read anew when they, the axis or the measures are others. A measure in sight is never of another axis. */
export function useCurves(
  runs: Readonly<Ref<readonly string[]>>,
  x: Readonly<Ref<AxisQuantity>>,
  measures: Readonly<Ref<readonly AxisQuantity[]>>,
): AskedCurves {
  const { client, connection } = useWorkstation();
  const curves = shallowRef<Curves | null>(null);
  const error = ref<string | null>(null);
  const reading = ref(false);
  let abort: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function read(): Promise<void> {
    abort?.abort();
    const mine = (abort = new AbortController());
    reading.value = true;
    try {
      const found = await readCurves(
        (asked, options) => client.runs.curves(asked, options),
        {
          runs: [...runs.value],
          x: x.value.asked,
          measures: measures.value.flatMap(({ asked }) => (typeof asked === 'string' ? [] : [asked])),
        },
        mine.signal,
      );
      if (mine.signal.aborted) return;
      curves.value = found;
      error.value = null;
    } catch (failure) {
      if (!mine.signal.aborted) error.value = sentenceOf(failure);
    } finally {
      if (!mine.signal.aborted) reading.value = false;
    }
  }

  watch(
    [
      () => runs.value.join(),
      () => x.value.name,
      () => measures.value.map(({ name }) => name).join(),
      connection,
    ],
    ([, axis, names, state], before) => {
      if (state !== 'open') return;
      // Numbers of another quantity are not drawn under a new name.
      if (axis !== before[1] || names !== before[2]) curves.value = null;
      clearTimeout(timer);
      timer = setTimeout(() => void read(), WAIT_MS);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearTimeout(timer);
    abort?.abort();
  });
  return { curves, error, reading };
}
