import type { RunSummary } from '../../common/contract/schemas.ts';

/** What a run needs of others: controls to be compared with, and a trunk and masks to begin from. */
export type Needs = Pick<RunSummary, 'control' | 'previousMask' | 'trunk' | 'masks'>;

/** A run that waits to be trained. */
export type QueuedRun = Pick<RunSummary, 'id' | 'priority'> & Needs;

/** Ids of the runs that a run needs, each once. */
export function neededBy({ control, previousMask, trunk, masks }: Needs): string[] {
  const ids = [control, previousMask?.control, trunk?.id, masks?.id];
  return [...new Set(ids.filter((id) => typeof id === 'string'))];
}

/**
 * Runs that wait: those of higher priority first, and of equal ones those that were asked for first; but none before those
 * that it needs, as far as they wait too.
 */
export class RunQueue {
  readonly #runs: QueuedRun[] = [];
  /** The same by their ids: of ten thousand that wait, each is looked up for every one that needs it. */
  readonly #byId = new Map<string, QueuedRun>();

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  push(run: QueuedRun): void {
    const before = this.#runs.findLastIndex(({ priority }) => priority >= run.priority);
    this.#runs.splice(before + 1, 0, run);
    this.#byId.set(run.id, run);
  }

  /** Takes the first run that may begin; null where none may. */
  next(isReady: (run: QueuedRun) => boolean): QueuedRun | null {
    const asked = new Set<string>();
    for (const run of this.#runs) {
      const first = this.#firstNeeded(run, isReady, asked);
      if (first === null) continue;
      this.remove(first.id);
      return first;
    }
    return null;
  }

  /** What waits of all that a run needs, those that are needed first, first. */
  needed(run: Needs): QueuedRun[] {
    const found: QueuedRun[] = [];
    const asked = new Set<string>();
    const gather = (needs: Needs): void => {
      for (const id of neededBy(needs)) {
        const waiting = this.#byId.get(id);
        if (!waiting || asked.has(id)) continue;
        asked.add(id);
        gather(waiting);
        found.push(waiting);
      }
    };
    gather(run);
    return found;
  }

  /** Gives a run that waits another place. */
  prioritise(id: string, priority: number): void {
    const run = this.#byId.get(id);
    if (!run) return;
    this.remove(id);
    this.push({ ...run, priority });
  }

  /** @returns whether it was waiting */
  remove(id: string): boolean {
    const run = this.#byId.get(id);
    if (!run) return false;
    this.#byId.delete(id);
    this.#runs.splice(this.#runs.indexOf(run), 1);
    return true;
  }

  clear(): void {
    this.#runs.length = 0;
    this.#byId.clear();
  }

  /** The run, or of those that it needs one that may begin; null where none of them may. */
  #firstNeeded(run: QueuedRun, isReady: (run: QueuedRun) => boolean, asked: Set<string>): QueuedRun | null {
    if (asked.has(run.id)) return null;
    asked.add(run.id);
    for (const id of neededBy(run)) {
      const needed = this.#byId.get(id);
      const first = needed ? this.#firstNeeded(needed, isReady, asked) : null;
      if (first) return first;
    }
    return isReady(run) ? run : null;
  }
}
