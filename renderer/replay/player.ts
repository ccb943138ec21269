/** The player's arithmetic, apart from clocks and keys: epochs are those that were measured, in order. */
export const SPEEDS = [0.5, 1, 2, 4, 8] as const;
export type Speed = (typeof SPEEDS)[number];
/** Epochs a second at ×1. */
export const RATE = 3;

export interface Loop {
  from: number;
  to: number;
}

/** The measured epoch nearest to a wanted one; null when there is none. */
export function nearest(epochs: readonly number[], wanted: number): number | null {
  let best: number | null = null;
  for (const epoch of epochs)
    if (best === null || Math.abs(epoch - wanted) < Math.abs(best - wanted)) best = epoch;
  return best;
}

/** The epoch `by` measured epochs away, no further than the ends. */
export function stepFrom(epochs: readonly number[], current: number, by: number): number {
  const index = epochs.indexOf(current);
  if (index < 0) return nearest(epochs, current + by) ?? current;
  return epochs[Math.max(0, Math.min(epochs.length - 1, index + by))] ?? current;
}

/** The epoch that playing shows next: around the loop where there is one; null at the end. */
export function playFrom(epochs: readonly number[], current: number, loop: Loop | null): number | null {
  if (loop !== null && (current >= loop.to || current < loop.from)) return nearest(epochs, loop.from);
  const next = stepFrom(epochs, current, 1);
  return next === current ? null : next;
}

/** A loop with one end moved to an epoch; an end that would cross the other takes it along. */
export function withLoopEnd(loop: Loop | null, end: 'from' | 'to', epoch: number, last: number): Loop {
  if (end === 'from') return { from: epoch, to: Math.max(epoch, loop?.to ?? last) };
  return { from: Math.min(epoch, loop?.from ?? 0), to: epoch };
}

/** A loop as the address holds it, '3-9'; null for what is none. */
export function readLoop(text: string | undefined): Loop | null {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(text ?? '') ?? [];
  return from !== undefined && to !== undefined && Number(from) <= Number(to)
    ? { from: Number(from), to: Number(to) }
    : null;
}
