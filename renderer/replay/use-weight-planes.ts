import { onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { Ref, ShallowRef } from 'vue';
import { sentenceOf } from '../client/sentence.ts';
import { Recent } from './recent.ts';
import { WeightPlanes } from './weight-planes.ts';
import type { Workstation } from '../stores/workstation.ts';

const LIMIT = 192 * 1024 * 1024;
/** Calls for read-ahead under way at once: enough to keep the line busy, few enough that the next moment is served soon. */
const AT_ONCE = 2;
/** Epochs read ahead on each side of the moment, once that is there. */
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
  const underWay = new Map<string, AbortController>();
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
      return cancel(() => true);
    }
    const known = recent.get(keyOf(run, opened.name, epoch.value));
    if (known) {
      planes.value = known;
      error.value = null;
    } else if (planes.value?.layer !== opened.name) planes.value = null;
    const [moment, ...ahead] = wanted().map((at) => ({ at, key: keyOf(run, opened.name, at) }));
    if (moment === undefined) return cancel(() => true);
    const isWanted = new Set([moment, ...(known ? ahead : [])].map(({ key }) => key));
    cancel((key) => !isWanted.has(key));
    for (const { at, key } of known ? ahead : [moment]) {
      if (underWay.size >= AT_ONCE) break;
      if (!recent.has(key) && !underWay.has(key)) void read(run, opened, at, key);
    }
  }

  /** Gives up what is not waited for any more: neither the reader nor the line is held up by it. */
  function cancel(isStale: (key: string) => boolean): void {
    for (const [key, controller] of underWay)
      if (isStale(key)) {
        underWay.delete(key);
        controller.abort();
      }
  }

  async function read(run: string, opened: OpenedLayer, at: number, key: string): Promise<void> {
    const controller = new AbortController();
    underWay.set(key, controller);
    try {
      const asked = { id: run, epoch: at, layer: opened.name };
      const frame = await workstation.client.runs.planes(asked, { signal: controller.signal });
      if (controller.signal.aborted) return;
      const read = new WeightPlanes(frame, opened.outputChannels);
      recent.set(key, read, read.bytes);
      underWay.delete(key);
      show();
    } catch (failure) {
      if (controller.signal.aborted) return;
      underWay.delete(key);
      if (at === epoch.value && workstation.connection.value === 'open') error.value = sentenceOf(failure);
    }
  }

  watch([id, layer, epoch, epochs, workstation.generation], show, { immediate: true, flush: 'sync' });
  onScopeDispose(() => cancel(() => true));
  onScopeDispose(
    workstation.listen((event) => {
      if (event.type === 'removed') recent.forget((key) => key.startsWith(`${event.id}/`));
      if (event.type === 'epoch')
        recent.forget((key) => key.startsWith(`${event.id}/`) && key.endsWith(`/${event.epoch.epoch}`));
    }),
  );
  return { planes, error };
}
