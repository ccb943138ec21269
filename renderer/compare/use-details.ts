import { ref, shallowRef, watch, type Ref } from 'vue';
import type { RunDetail } from '../../common/contract/schemas.ts';
import { sentenceOf } from '../client/sentence.ts';
import { useWorkstation } from '../stores/app.ts';

/** Answers that are waited for at a time: the reader takes one after another. */
const AT_ONCE = 8;

export interface AskedDetails {
  /** By run; null until all are there. */
  details: Readonly<Ref<ReadonlyMap<string, RunDetail> | null>>;
  error: Readonly<Ref<string | null>>;
}

/** What is told of each of some finished runs by itself: when it was pruned, and when its answers were kept. */
export function useDetails(ids: Readonly<Ref<readonly string[]>>): AskedDetails {
  const { client } = useWorkstation();
  /** Those of finished runs do not change: each is asked for once. */
  const known = new Map<string, RunDetail>();
  const details = shallowRef<ReadonlyMap<string, RunDetail> | null>(null);
  const error = ref<string | null>(null);
  let turn = 0;
  watch(
    () => ids.value.join(),
    async () => {
      const mine = ++turn;
      const wanted = ids.value;
      details.value = null;
      error.value = null;
      try {
        const missing = wanted.filter((id) => !known.has(id));
        for (let at = 0; at < missing.length && mine === turn; at += AT_ONCE)
          await Promise.all(
            missing.slice(at, at + AT_ONCE).map(async (id) => known.set(id, await client.runs.get({ id }))),
          );
        if (mine === turn) details.value = new Map(wanted.map((id) => [id, known.get(id)!]));
      } catch (failure) {
        if (mine === turn) error.value = sentenceOf(failure);
      }
    },
    { immediate: true },
  );
  return { details, error };
}

/** What a network is called among others, which tells those of one model with other layers apart. */
export function networkName({ summary, network }: Pick<RunDetail, 'summary' | 'network'>): string {
  const layers = network?.layers ?? [];
  const weights = layers.reduce((sum, layer) => sum + layer.weights, 0);
  return `${summary.model}, ${weights.toLocaleString('en')} weights in ${layers.length} layers`;
}
