import { computed } from 'vue';
import type { ComputedRef, WritableComputedRef } from 'vue';
import type { ControlKind } from '../../common/controls.ts';
import { controlOf, controlsOf } from '../format/runs.ts';
import type { OpenedRun } from './opened-run.ts';
import { against as preferred } from './preferences.ts';
import { note, useAddress } from './address.ts';

/** The control that a view compares a run with. */
export interface ComparedControl {
  /** Kinds that the run has. */
  kinds: ComputedRef<readonly ControlKind[]>;
  kind: WritableComputedRef<ControlKind>;
  /** Null where the run has no control. */
  id: ComputedRef<string | null>;
}

/** The control of the moment: the address's, else the preferred one, else the first that the run has. */
export function useComparedControl(run: OpenedRun): ComparedControl {
  const address = useAddress();
  const kinds = computed(() => (run.detail ? controlsOf(run.detail.summary) : []));
  const kind = computed({
    get: () => {
      const wanted = [address.value.parameters['against'], preferred.value];
      for (const name of wanted) {
        const found = kinds.value.find((known) => known === name);
        if (found) return found;
      }
      return kinds.value[0] ?? 'dense';
    },
    set: (chosen: ControlKind) => {
      preferred.value = chosen;
      note({ against: chosen });
    },
  });
  const id = computed(() => (run.detail ? controlOf(run.detail.summary, kind.value) : null));
  return { kinds, kind, id };
}
