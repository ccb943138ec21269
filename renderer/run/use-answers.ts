import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type Ref } from 'vue';
import { decodePredictions } from '../../common/codec/predictions.ts';
import { decodeRows } from '../../common/codec/rows.ts';
import type { ClassEpoch, RunDetail } from '../../common/contract/schemas.ts';
import type { Predictions } from '../../common/records.ts';
import { sentenceOf } from '../client/sentence.ts';
import type { OpenedRun } from '../stores/opened-run.ts';
import type { Workstation } from '../stores/workstation.ts';

/** What was asked for: null until it is there. */
export interface Asked<T> {
  value: Readonly<Ref<T | null>>;
  error: Readonly<Ref<string | null>>;
}

/** Asks anew whenever the key changes; null asks for nothing. What is known stays until the next answer is there. */
function asked<K extends string, T>(key: ComputedRef<K | null>, ask: (key: K) => Promise<T>): Asked<T> {
  const value = shallowRef<T | null>(null);
  const error = shallowRef<string | null>(null);
  let latest = 0;
  watch(
    key,
    async (wanted) => {
      const number = ++latest;
      if (wanted === null) {
        value.value = null;
        return;
      }
      try {
        const answer = await ask(wanted);
        if (number === latest) [value.value, error.value] = [answer, null];
      } catch (failure) {
        if (number === latest) error.value = sentenceOf(failure);
      }
    },
    { immediate: true },
  );
  onScopeDispose(() => (latest += 1));
  return { value, error };
}

/** Right answers by class of a run after an epoch; none where they were not recorded. */
export function useClasses(
  workstation: Workstation,
  run: OpenedRun,
  epoch: Ref<number | null>,
): Asked<{ epoch: number; found: ClassEpoch | null }> {
  const key = computed(() => (run.id === null || epoch.value === null ? null : `${run.id} ${epoch.value}`));
  return asked(key, async (wanted) => {
    const [id, after] = wanted.split(' ') as [string, string];
    const at = Number(after);
    const frame = await workstation.client.runs.classes({ id, from: at, to: at });
    return { epoch: at, found: decodeRows<ClassEpoch>(frame).rows[0] ?? null };
  });
}

export type Marked = RunDetail['predictions'][number];

/** What was answered at a marked moment. */
export function usePredictions(
  workstation: Workstation,
  id: string,
  marked: ComputedRef<Marked | null>,
): Asked<Predictions> {
  const key = computed(() => marked.value && `${marked.value.epoch} ${marked.value.moment}`);
  return asked(key, async () => {
    const frame = await workstation.client.runs.predictions({ id, ...marked.value! });
    return decodePredictions(frame);
  });
}
