import { computed, ref, shallowRef, watch } from 'vue';
import type { ComputedRef, Ref } from 'vue';
import { thresholdLabel } from '../../common/thresholds.ts';
import type { PrunableLayer } from '../../common/network.ts';
import { networkMoment } from './moment.ts';
import type { LayerMoment } from './moment.ts';
import { useRun } from '../stores/opened-run.ts';
import type { OpenedRun } from '../stores/opened-run.ts';
import type { Workstation } from '../stores/workstation.ts';
import { useChannelHistory } from './use-channel-history.ts';
import type { LoadedHistory } from './use-channel-history.ts';
import { useWeightPlanes } from './use-weight-planes.ts';
import type { LoadedWeights, ShownWeights } from './use-weight-planes.ts';

/** One side of the replay: a run, its control, or a run beside it, at the moment. */
export interface ReplaySide {
  run: OpenedRun;
  loaded: LoadedHistory;
  layers: ComputedRef<readonly PrunableLayer[]>;
  epochs: ComputedRef<readonly number[]>;
  moment: ComputedRef<LayerMoment[] | null>;
  ladder: ComputedRef<readonly string[]>;
  /** The epoch that it shows: the moment, or the last of a run that ended before it. */
  at: ComputedRef<number>;
  /** Position of the named threshold in this run's ladder; −1 where it is not measured. */
  threshold: ComputedRef<number>;
  weights: LoadedWeights;
}

const NO_LAYERS: readonly PrunableLayer[] = [];

export interface LookedSide {
  id: Ref<string | null>;
  /** The moment. */
  epoch: Ref<number>;
  thresholdName: Ref<string>;
  openedLayer: Ref<string | null>;
  /** Whether the inspector tells a weight at every threshold. */
  allThresholds: Ref<boolean>;
  /**
   * For a control, the run that it is beside: its channels and weights are those that the run keeps at the moment, and of another
   * moment it has none to show. Null for a run by itself, which is held at its last epoch.
   */
  beside: Ref<ReplaySide | null>;
}

export function useReplaySide(
  workstation: Workstation,
  { id, epoch: wanted, thresholdName, openedLayer, allThresholds, beside }: LookedSide,
): ReplaySide {
  const last = ref(Infinity);
  const epoch = computed(() => (beside.value === null ? Math.min(wanted.value, last.value) : wanted.value));
  const run = useRun(workstation, id, { epoch, layer: openedLayer });
  watch(
    () => run.stored,
    (stored) => (last.value = stored === 0 ? Infinity : stored - 1),
    { immediate: true, flush: 'sync' },
  );
  const layers = computed(() => run.detail?.network?.layers ?? NO_LAYERS);
  const epochs = computed(() =>
    run.span === 1
      ? run.epochs.map((entry) => entry.epoch)
      : Array.from({ length: run.stored }, (_, at) => at),
  );
  const known = computed(() => {
    if (beside.value === null) return epochs.value;
    const others = new Set(beside.value.epochs.value);
    return epochs.value.filter((at) => others.has(at));
  });
  const keptBy = computed(() => beside.value?.run.id ?? null);
  const ladder = computed(() => run.detail?.thresholds.map(thresholdLabel) ?? []);
  const threshold = computed(() => ladder.value.indexOf(thresholdName.value));
  const label = computed(() => ladder.value[threshold.value] ?? null);
  const loaded = useChannelHistory(workstation, { id, epochs: known, epoch, threshold: label, keptBy });
  let told: { tables: unknown; layers: unknown; moment: LayerMoment[] | null } | null = null;
  const moment = computed(() => {
    // Read for its effect: the history is not itself reactive. Its tables are of the named threshold alone.
    void loaded.version.value;
    const tables = loaded.history.value.tables(epoch.value);
    // What was read around it changes nothing of the moment.
    if (tables === null || tables !== told?.tables || layers.value !== told.layers)
      told = {
        tables,
        layers: layers.value,
        moment: networkMoment(loaded.history.value, layers.value, epoch.value, 0),
      };
    return told.moment;
  });
  const opened = computed(() => {
    const layer = layers.value.find((entry) => entry.name === openedLayer.value);
    return layer ? { name: layer.name, outputChannels: layer.outputChannels } : null;
  });
  const weights = useWeightPlanes(workstation, id, {
    layer: opened,
    epoch,
    epochs,
    ladder,
    threshold,
    all: allThresholds,
  });
  return {
    run,
    loaded,
    layers,
    epochs,
    moment,
    ladder,
    at: epoch,
    threshold,
    weights: { ...weights, shown: useKept(weights.shown, beside) },
  };
}

/**
 * The weights of a control as those of the run beside it come and go: what was last of one moment stays until both are again. Those
 * of a run by itself are its own.
 */
function useKept(own: LoadedWeights['shown'], beside: Ref<ReplaySide | null>): LoadedWeights['shown'] {
  const kept = shallowRef<ShownWeights | null>(null);
  const isAlone = computed(() => beside.value === null);
  watch(
    [own, () => beside.value?.weights.shown.value ?? null, isAlone],
    ([one, other, alone]) => {
      if (alone) {
        kept.value = one;
        return;
      }
      const planes = one && other && one.planes.keptBy(other.planes);
      if (one === null || other === null) kept.value = null;
      else if (planes) kept.value = { planes, threshold: one.threshold };
      else if (kept.value?.planes.layer !== one.planes.layer) kept.value = null;
    },
    { immediate: true, flush: 'sync' },
  );
  return kept;
}
