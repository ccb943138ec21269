import { computed } from 'vue';
import type { ComputedRef, Ref } from 'vue';
import { thresholdLabel } from '../../common/thresholds.ts';
import type { PrunableLayer } from '../../common/network.ts';
import { networkMoment } from '../replay/moment.ts';
import type { LayerMoment } from '../replay/moment.ts';
import { useRun } from '../stores/opened-run.ts';
import type { OpenedRun } from '../stores/opened-run.ts';
import type { Workstation } from '../stores/workstation.ts';
import { useChannelHistory } from './channel-history.ts';
import type { LoadedHistory } from './channel-history.ts';
import { useWeightPlanes } from './weight-planes.ts';

/** One side of the replay: a run, or its control, at the moment. */
export interface ReplaySide {
  run: OpenedRun;
  loaded: LoadedHistory;
  layers: ComputedRef<readonly PrunableLayer[]>;
  epochs: ComputedRef<readonly number[]>;
  moment: ComputedRef<LayerMoment[] | null>;
  /** Position of the named threshold in this run's ladder. */
  threshold: ComputedRef<number>;
  planes: ReturnType<typeof useWeightPlanes>;
}

const NO_LAYERS: readonly PrunableLayer[] = [];

export function useReplaySide(
  workstation: Workstation,
  id: Ref<string | null>,
  epoch: Ref<number>,
  thresholdName: Ref<string>,
  openedLayer: Ref<string | null>,
): ReplaySide {
  const run = useRun(workstation, id);
  const layers = computed(() => run.detail?.network?.layers ?? NO_LAYERS);
  const epochs = computed(() => run.epochs.map((entry) => entry.epoch));
  const loaded = useChannelHistory(workstation, id, epochs, epoch);
  const threshold = computed(
    () => run.detail?.thresholds.findIndex((entry) => thresholdLabel(entry) === thresholdName.value) ?? -1,
  );
  const moment = computed(() => {
    // Read for its effect: the history is not itself reactive.
    void loaded.version.value;
    return networkMoment(loaded.history.value, layers.value, epoch.value, threshold.value);
  });
  const opened = computed(() => {
    const layer = layers.value.find((entry) => entry.name === openedLayer.value);
    return layer ? { name: layer.name, outputChannels: layer.outputChannels } : null;
  });
  return {
    run,
    loaded,
    layers,
    epochs,
    moment,
    threshold,
    planes: useWeightPlanes(workstation, id, opened, epoch, epochs),
  };
}
