import { onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { Ref, ShallowRef } from 'vue';
import { sentenceOf } from '../client/sentence.ts';
import { Recent } from '../replay/recent.ts';
import { WeightPlanes } from '../replay/weight-planes.ts';
import type { Workstation } from '../stores/workstation.ts';

const LIMIT = 192 * 1024 * 1024;
/** Calls under way at once: enough to keep the line busy, few enough that the newest wish is served soon. */
const AT_ONCE = 2;
/** Epochs read ahead on each side of the moment. */
const AHEAD = 3;

/** One store for the window: going back to a layer that was just seen is instant. */
const recent = new Recent<WeightPlanes>(LIMIT);

export interface OpenedLayer {
  name: string;
  outputChannels: number;
}

/** The weights of a layer at the moment. While an epoch is read, the one before stays: nothing blinks. */
export function useWeightPlanes(
  workstation: Workstation,
  id: Ref<string | null>,
  layer: Ref<OpenedLayer | null>,
  epoch: Ref<number>,
  epochs: Ref<readonly number[]>,
): { planes: ShallowRef<WeightPlanes | null>; error: Readonly<Ref<string | null>> } {
  const planes = shallowRef<WeightPlanes | null>(null);
  const error = ref<string | null>(null);
  const underWay = new Set<string>();
  const keyOf = (run: string, name: string, at: number) => `${run}/${name}/${at}`;

  /** The moment first, then its neighbours, nearest first. */
  function wanted(): number[] {
    const index = epochs.value.indexOf(epoch.value);
    if (index < 0) return [];
    const order = [0];
    for (let distance = 1; distance <= AHEAD; distance += 1) order.push(distance, -distance);
    return order.map((offset) => epochs.value[index + offset]).filter((at) => at !== undefined);
  }

  function show(): void {
    const run = id.value;
    const opened = layer.value;
    if (run === null || opened === null) {
      planes.value = null;
      return;
    }
    const known = recent.get(keyOf(run, opened.name, epoch.value));
    if (known) {
      planes.value = known;
      error.value = null;
    } else if (planes.value?.layer !== opened.name) planes.value = null;
    for (const at of wanted()) {
      if (underWay.size >= AT_ONCE) break;
      const key = keyOf(run, opened.name, at);
      if (!recent.has(key) && !underWay.has(key)) void read(run, opened, at, key);
    }
  }

  async function read(run: string, opened: OpenedLayer, at: number, key: string): Promise<void> {
    underWay.add(key);
    try {
      const frame = await workstation.client.runs.planes({ id: run, epoch: at, layer: opened.name });
      const read = new WeightPlanes(frame, opened.outputChannels);
      recent.set(key, read, read.bytes);
      underWay.delete(key);
      show();
    } catch (failure) {
      underWay.delete(key);
      if (at === epoch.value && workstation.connection.value === 'open') error.value = sentenceOf(failure);
    }
  }

  watch([id, layer, epoch, epochs, workstation.generation], show, { immediate: true, flush: 'sync' });
  onScopeDispose(
    workstation.listen((event) => {
      if (event.type === 'removed') recent.forget((key) => key.startsWith(`${event.id}/`));
      if (event.type === 'epoch')
        recent.forget((key) => key.startsWith(`${event.id}/`) && key.endsWith(`/${event.epoch.epoch}`));
    }),
  );
  return { planes, error };
}
