import { CancelledError } from '../../threads/cancelled.ts';

/** How far a long work in a thread has come, in memory that both sides see; the other side may ask it to end. */
export type SharedProgress = Int32Array<SharedArrayBuffer>;

const DONE = 0;
const TOTAL = 1;
const CANCELLED = 2;

export function sharedProgress(): SharedProgress {
  return new Int32Array(new SharedArrayBuffer(12));
}

export function progressNow(shared: SharedProgress): { done: number; total: number } {
  return { done: Atomics.load(shared, DONE), total: Atomics.load(shared, TOTAL) };
}

export function cancelWork(shared: SharedProgress): void {
  Atomics.store(shared, CANCELLED, 1);
}

/** The side that works. */
export class Work {
  readonly #shared: SharedProgress;

  constructor(shared: SharedProgress) {
    this.#shared = shared;
  }

  /** So many more steps are known of. */
  expect(steps: number): void {
    Atomics.add(this.#shared, TOTAL, steps);
  }

  /** @throws CancelledError once nobody wants it any more */
  did(steps = 1): void {
    Atomics.add(this.#shared, DONE, steps);
    if (Atomics.load(this.#shared, CANCELLED) !== 0) throw new CancelledError();
  }
}
