import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';
import type { Overlap, OverlapAsked } from '../../common/contract/schemas.ts';
import { sentenceOf } from '../client/sentence.ts';
import { useWorkstation } from '../stores/app.ts';

/** Weights of a run after an epoch, and what they are called in a matrix. */
export interface NamedSet {
  set: OverlapAsked['sets'][number];
  name: string;
  /** Above its column, and before its row. */
  short: string;
  row: string;
  /** Of the group that the run is in. */
  group: string;
}

export interface AskedOverlap {
  overlap: Readonly<Ref<Overlap | null>>;
  error: Readonly<Ref<string | null>>;
}

/** What sets of weights have in common, asked for anew when they or the layer are others. None where there are no sets. */
export function useOverlap(
  sets: Readonly<Ref<readonly NamedSet[]>>,
  layer: Readonly<Ref<string>>,
): AskedOverlap {
  const { client } = useWorkstation();
  const overlap = shallowRef<Overlap | null>(null);
  const error = ref<string | null>(null);
  const asked = computed((): OverlapAsked => ({
    sets: sets.value.map(({ set }) => set),
    ...(layer.value === '' ? {} : { layer: layer.value }),
  }));
  let abort: AbortController | null = null;
  watch(
    () => JSON.stringify(asked.value),
    async () => {
      abort?.abort();
      const mine = (abort = new AbortController());
      overlap.value = null;
      error.value = null;
      if (asked.value.sets.length === 0) return;
      try {
        const found = await client.runs.overlap(asked.value, { signal: mine.signal });
        if (!mine.signal.aborted) overlap.value = found;
      } catch (failure) {
        if (!mine.signal.aborted) error.value = sentenceOf(failure);
      }
    },
    { immediate: true },
  );
  onScopeDispose(() => abort?.abort());
  return { overlap, error };
}
