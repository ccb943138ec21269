import { computed, onScopeDispose, ref, watch } from 'vue';
import type { ComputedRef, Ref, WritableComputedRef } from 'vue';
import { RATE, SPEEDS, nearest, playFrom, readLoop, stepFrom, withLoopEnd } from './player.ts';
import type { Loop, Speed } from './player.ts';
import { markBeside } from './timeline-marks.ts';
import type { TimelineMark } from './timeline-marks.ts';
import { note, useAddress } from '../stores/address.ts';

/** Moves through the epochs of a run. The epoch lives in the address, so that it can be shared. */
export interface Player {
  epoch: WritableComputedRef<number>;
  playing: Ref<boolean>;
  speed: Ref<Speed>;
  /** In the address as well. */
  loop: WritableComputedRef<Loop | null>;
  follow: Ref<boolean>;
  atEnd: ComputedRef<boolean>;
  toggle: () => void;
  step: (by: number) => void;
  jump: (direction: 1 | -1) => void;
  ends: (which: 'first' | 'last') => void;
  faster: (by: 1 | -1) => void;
  loopEnd: (end: 'from' | 'to') => void;
  /** Loops over what is shown, or not at all. */
  toggleLoop: () => void;
  toggleFollow: () => void;
  setSpeed: (speed: Speed) => void;
}

/** @param shown the part of the epochs that is shown, which a loop goes over; null for all of them */
export function usePlayer(
  epochs: Ref<readonly number[]>,
  marks: Ref<readonly TimelineMark[]>,
  shown: () => Loop | null,
): Player {
  const address = useAddress();
  const playing = ref(false);
  const speed = ref<Speed>(1);
  const loop = computed({
    get: () => readLoop(address.value.parameters['loop']),
    set: (value) => note({ loop: value === null ? null : `${value.from}-${value.to}` }),
  });
  const follow = ref(false);

  const epoch = computed({
    get: () => {
      const wanted = Number(address.value.parameters['epoch'] ?? Number.NaN);
      const fallback = epochs.value.at(-1) ?? 0;
      return nearest(epochs.value, Number.isFinite(wanted) ? wanted : fallback) ?? 0;
    },
    set: (value: number) => note({ epoch: String(nearest(epochs.value, value) ?? value) }),
  });
  const atEnd = computed(() => epoch.value === epochs.value.at(-1));

  // New epochs never move the moment, unless following was asked for.
  watch(epochs, (now, before) => {
    if (follow.value && now.length > (before?.length ?? 0)) epoch.value = now.at(-1) ?? 0;
    else if (address.value.parameters['epoch'] === undefined && (before?.length ?? 0) > 0)
      epoch.value = before?.at(-1) ?? 0;
  });

  let frame = 0;
  let last = 0;
  let due = 0;
  function tick(now: number): void {
    due += ((now - last) / 1000) * RATE * speed.value;
    last = now;
    // After a pause of the window, one step: it does not race through what it missed.
    if (due >= 1) {
      due = Math.min(due - 1, 1);
      const next = playFrom(epochs.value, epoch.value, loop.value);
      if (next === null) playing.value = false;
      else epoch.value = next;
    }
    if (playing.value) frame = requestAnimationFrame(tick);
  }
  watch(playing, (isPlaying) => {
    cancelAnimationFrame(frame);
    if (!isPlaying) return;
    follow.value = false;
    last = performance.now();
    due = 0;
    frame = requestAnimationFrame(tick);
  });
  onScopeDispose(() => cancelAnimationFrame(frame));

  function seek(to: number): void {
    follow.value = false;
    epoch.value = to;
  }
  return {
    epoch: computed({ get: () => epoch.value, set: seek }),
    playing,
    speed,
    loop,
    follow,
    atEnd,
    toggle: () => {
      if (!playing.value && atEnd.value && loop.value === null) seek(epochs.value[0] ?? 0);
      playing.value = !playing.value;
    },
    step: (by) => {
      playing.value = false;
      seek(stepFrom(epochs.value, epoch.value, by));
    },
    jump: (direction) => {
      const to = markBeside(marks.value, epoch.value, direction);
      if (to !== null) seek(to);
    },
    ends: (which) => seek((which === 'first' ? epochs.value[0] : epochs.value.at(-1)) ?? 0),
    faster: (by) => {
      const index = SPEEDS.indexOf(speed.value) + by;
      speed.value = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, index))] ?? 1;
    },
    loopEnd: (end) => (loop.value = withLoopEnd(loop.value, end, epoch.value, epochs.value.at(-1) ?? 0)),
    toggleLoop: () => {
      const last = epochs.value.at(-1) ?? 0;
      const { from, to } = shown() ?? { from: 0, to: last };
      loop.value = loop.value === null ? { from: Math.min(from, last), to: Math.min(to, last) } : null;
    },
    toggleFollow: () => {
      if (!follow.value) epoch.value = epochs.value.at(-1) ?? 0;
      follow.value = !follow.value;
    },
    setSpeed: (to) => (speed.value = to),
  };
}
