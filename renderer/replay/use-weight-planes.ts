import { onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { Ref } from 'vue';
import { planeNames } from '../../common/records.ts';
import { sentenceOf } from '../client/sentence.ts';
import type { Workstation } from '../stores/workstation.ts';
import { Recent } from './recent.ts';
import { afterRest } from './rest.ts';
import { WeightPlanes } from './weight-planes.ts';

/** Bytes of planes that the window holds, of both sides. */
const LIMIT = 96 * 1024 * 1024;
/** The run and its control. */
const SIDES = 2;
/** Epochs read ahead on each side of the moment, once that is there. */
const AHEAD = 3;

/** One store for the window: going back to a layer that was just seen is instant. */
const recent = new Recent<WeightPlanes>(LIMIT);

export interface OpenedLayer {
  name: string;
  outputChannels: number;
}

/** What of a layer's weights is looked at. */
export interface LookedWeights {
  layer: Ref<OpenedLayer | null>;
  epoch: Ref<number>;
  /** Epochs that there are. */
  epochs: Ref<readonly number[]>;
  /** Labels of the run's ladder, and the place in it of the one shown; −1 where the run does not measure that. */
  ladder: Ref<readonly string[]>;
  threshold: Ref<number>;
  /** Whether every threshold of the moment is told, not the shown one alone. */
  all: Ref<boolean>;
}

/** Weights at the threshold at which they are shown. */
export interface ShownWeights {
  planes: WeightPlanes;
  threshold: number;
}

export interface LoadedWeights {
  shown: Readonly<Ref<ShownWeights | null>>;
  error: Readonly<Ref<string | null>>;
}

/** Planes of an epoch that are wanted and were not read. */
interface Wish {
  run: string;
  opened: OpenedLayer;
  epoch: number;
  key: string;
  planes: string[];
}

/**
 * The weights of a layer at the moment: no more planes than are drawn, and one call at a time. While an epoch is read, the one
 * before stays: nothing blinks.
 */
export function useWeightPlanes(
  workstation: Workstation,
  id: Ref<string | null>,
  { layer, epoch, epochs, ladder, threshold, all }: LookedWeights,
): LoadedWeights {
  const shown = shallowRef<ShownWeights | null>(null);
  const error = ref<string | null>(null);
  let underWay: (Wish & { controller: AbortController }) | null = null;
  const rest = afterRest(show);
  /** What is shown is held whatever else was read since. */
  let current: { key: string; planes: WeightPlanes } | null = null;
  const held = (key: string) => recent.get(key) ?? (current?.key === key ? current.planes : undefined);
  const keyOf = (run: string, name: string, at: number) => `${run}/${name}/${at}`;

  /** Neighbours of the moment, nearest first, as many as do not push it out of what is held. */
  function ahead(bytes: number): number[] {
    if (!rest.isOver()) return [];
    const index = epochs.value.indexOf(epoch.value);
    const offsets = Array.from({ length: AHEAD }, (_, at) => [at + 1, -1 - at]).flat();
    const neighbours = offsets.map((offset) => epochs.value[index + offset]).filter((at) => at !== undefined);
    return neighbours.slice(0, Math.max(0, Math.floor(LIMIT / SIDES / bytes) - 1));
  }

  function show(): void {
    const run = id.value;
    const opened = layer.value;
    if (run === null || opened === null || threshold.value < 0 || !epochs.value.includes(epoch.value)) {
      if (run === null || opened === null || threshold.value < 0) shown.value = null;
      return ask(null);
    }
    const wish = (at: number, planes: string[]): Wish => {
      const key = keyOf(run, opened.name, at);
      return { run, opened, epoch: at, key, planes: held(key)?.lacking(planes) ?? planes };
    };
    const drawn = planeNames(ladder.value.slice(threshold.value, threshold.value + 1));
    const moment = wish(epoch.value, drawn);
    if (moment.planes.length > 0) {
      if (shown.value?.planes.layer !== opened.name) shown.value = null;
      return ask(moment);
    }
    const planes = held(moment.key)!;
    current = { key: moment.key, planes };
    if (shown.value?.planes !== planes || shown.value.threshold !== threshold.value)
      shown.value = { planes, threshold: threshold.value };
    error.value = null;
    const told = all.value ? [wish(epoch.value, planeNames(ladder.value))] : [];
    const next = [...told, ...ahead(planes.bytes).map((at) => wish(at, drawn))];
    ask(next.find((each) => each.planes.length > 0) ?? null);
  }

  /** One call at a time: what is not waited for any more is given up, so that neither the reader nor the line is held up by it. */
  function ask(wish: Wish | null): void {
    if (
      underWay !== null &&
      wish !== null &&
      underWay.key === wish.key &&
      wish.planes.every((name) => underWay!.planes.includes(name))
    )
      return;
    underWay?.controller.abort();
    underWay = null;
    if (wish !== null) void read(wish);
  }

  async function read(wish: Wish): Promise<void> {
    const controller = new AbortController();
    underWay = { ...wish, controller };
    const { run, opened, key, planes } = wish;
    try {
      const asked = { id: run, epoch: wish.epoch, layer: opened.name, planes };
      const frame = await workstation.client.runs.planes(asked, { signal: controller.signal });
      if (controller.signal.aborted) return;
      const known = WeightPlanes.read(frame, opened.outputChannels, held(key));
      recent.set(key, known, known.bytes);
      underWay = null;
      show();
    } catch (failure) {
      if (controller.signal.aborted) return;
      underWay = null;
      if (wish.epoch === epoch.value && workstation.connection.value === 'open')
        error.value = sentenceOf(failure);
    }
  }

  watch([id, layer, epoch, threshold], () => (rest.begin(), show()), { immediate: true, flush: 'sync' });
  watch([epochs, all, workstation.generation], show, { flush: 'sync' });
  onScopeDispose(() => ask(null));
  onScopeDispose(
    workstation.listen((event) => {
      if (event.type !== 'removed' && event.type !== 'epoch') return;
      const end = event.type === 'epoch' ? `/${event.epoch.epoch}` : '';
      const isGone = (key: string) => key.startsWith(`${event.id}/`) && key.endsWith(end);
      recent.forget(isGone);
      if (current !== null && isGone(current.key)) current = null;
      show();
    }),
  );
  return { shown, error };
}
