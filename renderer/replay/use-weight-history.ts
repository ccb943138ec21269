import { onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { Ref } from 'vue';
import { joinedParts, weightParts } from '../../common/contract/read-weight.ts';
import type { WeightForecast, WeightHistory, WeightPlace } from '../../common/contract/weight-schemas.ts';
import { sentenceOf } from '../client/sentence.ts';
import type { Workstation } from '../stores/workstation.ts';
import { afterRest } from './rest.ts';

export interface LoadedWeight {
  /** As much of it as has come: parts are shown as they come. */
  history: Readonly<Ref<WeightHistory | null>>;
  /** Of the moment; null while it is read. */
  forecast: Readonly<Ref<WeightForecast | null>>;
  error: Readonly<Ref<string | null>>;
}

/**
 * One weight of a run over all epochs, and what is foreseen of it at the moment. What is not looked at any more is given up. Epochs
 * that come are read as they come.
 *
 * @param last the newest epoch that there is; −1 for none
 * @param foresees whether a forecast is asked for
 */
export function useWeightHistory(
  workstation: Workstation,
  id: Ref<string | null>,
  place: Ref<WeightPlace | null>,
  epoch: Ref<number>,
  last: Ref<number>,
  foresees: boolean,
): LoadedWeight {
  const history = shallowRef<WeightHistory | null>(null);
  const forecast = shallowRef<WeightForecast | null>(null);
  const error = ref<string | null>(null);
  let reading: AbortController | null = null;
  let foreseeing: AbortController | null = null;

  async function read(from: number): Promise<void> {
    reading?.abort();
    const [run, asked] = [id.value, place.value];
    if (run === null || asked === null || last.value < from) return;
    const controller = (reading = new AbortController());
    const { signal } = controller;
    try {
      const wanted = { ...asked, from, to: last.value };
      const parts = weightParts(
        (each) => workstation.client.runs.weightHistory({ id: run, ...each }, { signal }),
        wanted,
      );
      for await (const part of parts) {
        if (signal.aborted) return;
        history.value = joinedParts(history.value, part);
        error.value = null;
      }
      if (reading === controller) reading = null;
    } catch (failure) {
      if (signal.aborted) return;
      error.value = sentenceOf(failure);
    }
  }
  function readAll(): void {
    history.value = null;
    error.value = null;
    void read(0);
  }
  /** What came since, unless a reading is under way: its own end is then behind, and the next change reads on. */
  function readOn(): void {
    const told = history.value?.epochs.at(-1) ?? -1;
    if (last.value <= told) return;
    void read(told + 1);
  }

  async function foresee(): Promise<void> {
    foreseeing?.abort();
    const [run, asked] = [id.value, place.value];
    if (!foresees || run === null || asked === null || last.value < epoch.value) return;
    const { signal } = (foreseeing = new AbortController());
    try {
      const told = await workstation.client.runs.weightForecast(
        { id: run, ...asked, epoch: epoch.value },
        { signal },
      );
      if (!signal.aborted) forecast.value = told;
    } catch (failure) {
      if (!signal.aborted) error.value = sentenceOf(failure);
    }
  }
  // While the moment moves, nothing is foreseen.
  const rest = afterRest(() => void foresee());
  function foreseeLater(): void {
    foreseeing?.abort();
    forecast.value = null;
    rest.begin();
  }

  watch([id, () => place.value?.layer, () => place.value?.index], () => (readAll(), foreseeLater()), {
    immediate: true,
  });
  watch(epoch, foreseeLater);
  watch(last, readOn);
  watch(workstation.generation, () => (readAll(), foreseeLater()));
  onScopeDispose(() => {
    reading?.abort();
    foreseeing?.abort();
  });
  return { history, forecast, error };
}
