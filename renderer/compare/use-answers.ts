import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';
import { decodePredictions } from '../../common/codec/predictions.ts';
import type { Predictions } from '../../common/records.ts';
import { sentenceOf } from '../client/sentence.ts';
import { useWorkstation } from '../stores/app.ts';
import type { RunPair } from '../../common/groups/answer-pairs.ts';
import type { AnswerPair } from '../../common/groups/answers.ts';
import { answeredMoments, answersAt, type AnsweredMoment, type When } from '../../common/groups/moments.ts';
import { useDetails } from './use-details.ts';

interface AskedPair {
  seed: number;
  before: { id: string } & AnsweredMoment;
  after: { id: string } & AnsweredMoment;
}

/** The answers of pairs of runs, each side at its moment. Pairs of which a side has no answers stored there are left out. */
export function useAnswers(
  pairs: Readonly<Ref<readonly RunPair[]>>,
  at: Readonly<Ref<{ before: When; after: When }>>,
) {
  const { client } = useWorkstation();
  const { details, error: unknown } = useDetails(
    computed(() => [...new Set(pairs.value.flatMap(({ before, after }) => [before, after]))]),
  );
  /** Null until the runs are known. */
  const asked = computed((): AskedPair[] | null => {
    const known = details.value;
    if (known === null) return null;
    const side = (id: string, when: When): AskedPair['before'] | null => {
      const detail = known.get(id);
      const found = detail === undefined ? null : answersAt(when, detail);
      return found === null ? null : { id, ...found };
    };
    return pairs.value.flatMap(({ seed, before, after }) => {
      const [one, other] = [side(before, at.value.before), side(after, at.value.after)];
      return one === null || other === null ? [] : [{ seed, before: one, after: other }];
    });
  });
  const moments = computed(() => answeredMoments(details.value?.values() ?? []));

  const answers = shallowRef<AnswerPair[] | null>(null);
  const failed = ref<string | null>(null);
  let turn = 0;
  watch(
    () => JSON.stringify(asked.value),
    async () => {
      const mine = ++turn;
      answers.value = null;
      failed.value = null;
      const wanted = asked.value;
      if (wanted === null) return;
      const read = async ({ id, epoch, moment }: AskedPair['before']): Promise<Predictions> =>
        decodePredictions(await client.runs.predictions({ id, epoch, moment }));
      try {
        const found = await Promise.all(
          wanted.map(async (pair): Promise<AnswerPair> => {
            const [before, after] = await Promise.all([read(pair.before), read(pair.after)]);
            return { seed: pair.seed, before, after };
          }),
        );
        if (mine !== turn) return;
        const same = found.every(({ before, after }) =>
          [before, after].every(({ labels }) => equal(labels, found[0]!.before.labels)),
        );
        if (same) answers.value = found;
        else failed.value = 'The two sides were not evaluated on the same test images.';
      } catch (failure) {
        if (mine === turn) failed.value = sentenceOf(failure);
      }
    },
    { immediate: true },
  );
  onScopeDispose(() => (turn += 1));
  return { answers, asked, moments, error: computed(() => unknown.value ?? failed.value) };
}

function equal(one: Uint16Array, other: Uint16Array): boolean {
  return one.length === other.length && one.every((label, index) => label === other[index]);
}
