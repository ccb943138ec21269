import { computed, onScopeDispose, shallowRef, watch } from 'vue';
import type { ComputedRef, Ref } from 'vue';
import { decodeRows } from '../../common/codec/rows.ts';
import type { BlockedChannels } from '../../common/contract/schemas.ts';
import type { PrunableLayer } from '../../common/network.ts';
import { channelRows } from '../../common/records.ts';
import type { Workstation } from '../stores/workstation.ts';
import { epochsAround, epochsWithin, missingWindows } from './channel-history.ts';
import { afterRest } from './rest.ts';

/** Bytes of tables that the reader goes through for one answer: a seek does not wait for more than that. */
const ANSWER = 8 * 1024 * 1024;
/** Epochs around the moment that are counted, of a run of more. */
const MOST = 2_000;

export interface LookedBlocked {
  id: Ref<string | null>;
  epochs: Ref<readonly number[]>;
  epoch: Ref<number>;
  layers: Ref<readonly PrunableLayer[]>;
  /** Thresholds of the run's ladder. */
  thresholds: Ref<number>;
}

/**
 * Channels that became blocked, epoch by epoch, where any did: numbers of every epoch, which the reader counts, so that no table
 * is read for them. They come once a moment is stayed at.
 */
export function useNewlyBlocked(
  workstation: Workstation,
  { id, epochs, epoch, layers, thresholds }: LookedBlocked,
): ComputedRef<BlockedChannels[]> {
  const counts = shallowRef<ReadonlyMap<number, number>>(new Map());
  let reading: AbortController | null = null;
  const rest = afterRest(fill);

  function fill(): void {
    const channels = layers.value.reduce((sum, layer) => sum + layer.outputChannels, 0);
    if (reading !== null || id.value === null || channels === 0 || !rest.isOver()) return;
    const near = epochsAround(epochs.value, epoch.value, 1, MOST);
    const span = epochsWithin(ANSWER, channels * channelRows(thresholds.value) * 4);
    const [next] = missingWindows(near, (at) => counts.value.has(at), epoch.value, span);
    if (next !== undefined) void read(id.value, next);
  }

  async function read(wanted: string, window: { from: number; to: number }): Promise<void> {
    const { signal } = (reading = new AbortController());
    try {
      const frame = await workstation.client.runs.blocked({ id: wanted, ...window }, { signal });
      if (signal.aborted) return;
      const { rows } = decodeRows<BlockedChannels>(frame);
      counts.value = new Map([...counts.value, ...rows.map((row) => [row.epoch, row.channels] as const)]);
      reading = null;
      if (rows.length > 0) fill();
    } catch {
      // Bars that are not there are no picture of nothing: what else is read of the run tells the error.
      if (!signal.aborted) reading = null;
    }
  }

  function stop(): void {
    reading?.abort();
    reading = null;
  }
  watch(id, () => (stop(), (counts.value = new Map())));
  watch([id, epoch], () => (stop(), rest.begin()), { immediate: true });
  watch([epochs, layers, workstation.generation], fill);
  // A resumed run measures its last epoch anew.
  onScopeDispose(
    workstation.listen((event) => {
      if (event.type !== 'epoch' || event.id !== id.value) return;
      const others = [...counts.value].filter(([at]) => at !== event.epoch.epoch);
      if (others.length < counts.value.size) counts.value = new Map(others);
    }),
  );
  onScopeDispose(stop);

  return computed(() =>
    epochs.value.flatMap((at, index) => {
      const before = index === 0 ? undefined : counts.value.get(epochs.value[index - 1]!);
      const now = counts.value.get(at);
      if (before === undefined || now === undefined || now <= before) return [];
      return [{ epoch: at, channels: now - before }];
    }),
  );
}
