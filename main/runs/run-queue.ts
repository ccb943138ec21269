import type { RunSummary } from '../../common/contract/schemas.ts';

/** A run that waits to be trained. */
export type QueuedRun = Pick<RunSummary, 'id' | 'trunk' | 'masks' | 'priority'>;

/** Runs that wait: those of higher priority first, and of equal ones those that were asked for first. */
export class RunQueue {
  readonly #runs: QueuedRun[] = [];

  has(id: string): boolean {
    return this.#runs.some((run) => run.id === id);
  }

  push(run: QueuedRun): void {
    const place = this.#runs.findIndex(({ priority }) => priority < run.priority);
    this.#runs.splice(place < 0 ? this.#runs.length : place, 0, run);
  }

  /** Takes the first run that may begin; null where none may. */
  next(isReady: (run: QueuedRun) => boolean): QueuedRun | null {
    const place = this.#runs.findIndex(isReady);
    return place < 0 ? null : this.#runs.splice(place, 1)[0]!;
  }

  /** Gives a run that waits another place. */
  prioritise(id: string, priority: number): void {
    const [run] = this.#runs.filter((waiting) => waiting.id === id);
    if (!run) return;
    this.remove(id);
    this.push({ ...run, priority });
  }

  /** @returns whether it was waiting */
  remove(id: string): boolean {
    const place = this.#runs.findIndex((run) => run.id === id);
    if (place >= 0) this.#runs.splice(place, 1);
    return place >= 0;
  }

  clear(): void {
    this.#runs.length = 0;
  }
}
