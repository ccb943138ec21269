import { computed, shallowRef } from 'vue';
import type { ComputedRef, Ref } from 'vue';
import type { ControlKind } from '../../common/controls.ts';
import type { ExcessEpoch } from '../../common/contract/schemas.ts';
import { armOf, runTitle, studyOf } from '../format/runs.ts';
import { useComparedControl } from '../stores/compared-control.ts';
import { useAddress } from '../stores/address.ts';
import type { Workstation } from '../stores/workstation.ts';
import { readBeside, type Beside } from '../stores/beside.ts';
import { controlKindOf, LETTERS, sharedLayers } from './beside.ts';
import type { Role } from './state-names.ts';
import { useReplaySide } from './use-replay-side.ts';
import type { LookedSide, ReplaySide } from './use-replay-side.ts';

/** One of the runs that are shown in step. */
export interface ReplayPanel {
  key: string;
  /** Null where it is a run and its control alone: they need none. */
  letter: string | null;
  /** What tells it from the others: its arm and seed, with its study where that is not the first run's. Null until it is known. */
  name: ComputedRef<string | null>;
  side: ReplaySide;
  role: Role;
  /** Of a control, which it is; of a run, the control that its excess is over. */
  kind: ControlKind;
  /** Layers that are those of the first run too: their channels and weights stand for each other. */
  shared: ComputedRef<ReadonlySet<string>>;
  /** Its excess after the epoch that it shows; of a control, that of the run. */
  compared: ComputedRef<ExcessEpoch | null>;
}

export interface ReplayPanels {
  main: ReplaySide;
  panels: ComputedRef<readonly ReplayPanel[]>;
  /** What the address says is beside the run; null where it says nothing, which is its control. */
  beside: ComputedRef<Beside | null>;
  /** The control that the run is compared with, where it is shown. */
  control: ComputedRef<ReplaySide | null>;
  against: ReturnType<typeof useComparedControl>;
  /** Epochs that any of the runs has, in order: the timeline's. */
  epochs: ComputedRef<readonly number[]>;
}

/** A run and up to three more in step; the first is beside its control where nothing is said. Call in a component's setup. */
export function useReplayPanels(workstation: Workstation, looked: Omit<LookedSide, 'beside'>): ReplayPanels {
  const address = useAddress();
  const main = useReplaySide(workstation, { ...looked, beside: shallowRef(null) });
  const against = useComparedControl(main.run);
  // By its text: the address changes at each step, and nothing of the panels with it.
  const named = computed(() => address.value.parameters['beside']);
  const beside = computed(() => readBeside(named.value, looked.id.value));
  const ids = computed(() => beside.value?.ids ?? (against.id.value === null ? [] : [against.id.value]));
  const kindOf = (id: string | null): ControlKind | null => {
    const summary = main.run.detail?.summary;
    return summary && id !== null ? controlKindOf(summary, id) : null;
  };
  // One side a place: what is shown there changes.
  const places = [0, 1, 2].map((place) => {
    // Until the run is known it is not known either whether the other one is its control.
    const id = computed(() => (main.run.detail === null ? null : (ids.value[place] ?? null)));
    const kind = computed(() => kindOf(id.value));
    const side = useReplaySide(workstation, {
      ...looked,
      id,
      beside: computed(() => (kind.value === null ? null : main)),
    });
    return { id, kind, side, ...partsOf(side, kind) };
  });
  const first = partsOf(main, shallowRef(null));
  /** What a panel has that follows the moment, or takes long to find out. */
  function partsOf(
    side: ReplaySide,
    kind: Ref<ControlKind | null>,
  ): Pick<ReplayPanel, 'name' | 'shared' | 'compared'> {
    const compared = computed(() =>
      kind.value === null ? comparedOf(side, against.kind.value) : comparedOf(main, kind.value),
    );
    const name = computed(() => {
      const [own, first] = [side.run.detail?.summary, main.run.detail?.summary];
      if (!own || !first) return null;
      return studyOf(own) === studyOf(first) ? `${armOf(own)} · seed ${own.seed}` : runTitle(own);
    });
    return { name, shared: computed(() => sharedLayers(side.layers.value, main.layers.value)), compared };
  }
  const panels = computed(() => {
    const lettered = beside.value !== null && ids.value.length > 0;
    const letter = (place: number): string | null => (lettered ? LETTERS[place]! : null);
    const others = places.flatMap(({ id, kind, side, name, shared, compared }, place): ReplayPanel[] => {
      if (id.value === null) return [];
      const role = kind.value === null ? 'run' : 'control';
      return [
        {
          ...{ key: id.value, letter: letter(place + 1), side, role, name, shared, compared },
          kind: kind.value ?? against.kind.value,
        },
      ];
    });
    return [
      {
        ...{ key: looked.id.value ?? '', letter: letter(0), side: main, role: 'run' as const },
        ...first,
        kind: against.kind.value,
      },
      ...others,
    ];
  });
  const control = computed(
    () => places.find(({ id }) => id.value !== null && id.value === against.id.value)?.side ?? null,
  );
  const epochs = computed(() =>
    places
      .filter(({ id, kind }) => id.value !== null && kind.value === null)
      .map(({ side }) => side.epochs.value)
      .reduce((longest, list) => (list.length > longest.length ? list : longest), main.epochs.value),
  );
  return { main, panels, beside, control, against, epochs };
}

function comparedOf(side: ReplaySide, kind: ControlKind): ExcessEpoch | null {
  return side.run.exact.excess[kind].find((entry) => entry.epoch === side.at.value) ?? null;
}
