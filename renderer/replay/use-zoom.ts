import { computed, watch } from 'vue';
import type { ComputedRef, Ref } from 'vue';
import { note, useAddress } from '../stores/address.ts';
import { clampRange, isWhole, moveRange, rangeShowing, readRange, writeRange, zoomRange } from './zoom.ts';
import type { Range } from './zoom.ts';

/** The range of epochs that the timeline shows; in the address, where it is not all of them. */
export interface Zoom {
  range: ComputedRef<Range>;
  isWhole: ComputedRef<boolean>;
  show: (range: Range) => void;
  /** Closer (> 1) or further, around an epoch: by default the moment. */
  by: (factor: number, around?: number) => void;
  move: (epochs: number) => void;
  reset: () => void;
}

/** @param known whether the epochs of the run are known, so that the moment is meant */
export function useZoom(lastEpoch: Ref<number>, epoch: Ref<number>, known: () => boolean): Zoom {
  const address = useAddress();
  // The same as long as its ends are, whatever else changes in the address: at each step nothing is drawn anew for it.
  const range = computed((before?: Range): Range => {
    const last = lastEpoch.value;
    const next = readRange(address.value.parameters['zoom'], last) ?? { from: 0, to: Math.max(1, last) };
    return before?.from === next.from && before.to === next.to ? before : next;
  });
  function show(next: Range): void {
    const clamped = clampRange(next, lastEpoch.value);
    note({ zoom: isWhole(clamped, lastEpoch.value) ? null : writeRange(clamped) });
  }
  // A moment that is shown does not leave what is shown; that another part is chosen leaves it where it is.
  watch([epoch, known], ([moment], [before, wasKnown]) => {
    const { from, to } = range.value;
    if (!wasKnown || before < from || before > to) return;
    const next = rangeShowing(range.value, moment, lastEpoch.value);
    if (next !== range.value) show(next);
  });
  return {
    range,
    isWhole: computed(() => isWhole(range.value, lastEpoch.value)),
    show,
    by: (factor, around = epoch.value) => show(zoomRange(range.value, factor, around, lastEpoch.value)),
    move: (epochs) => show(moveRange(range.value, epochs, lastEpoch.value)),
    reset: () => note({ zoom: null }),
  };
}
