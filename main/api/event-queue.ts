import type { WorkstationEvent } from '../../common/contract/schemas.ts';
import { CascadeError } from '../../common/errors.ts';

/** Events a subscriber may lag behind before its stream is ended: it then asks again and gets a fresh picture. */
export const QUEUE_LIMIT = 10_000;

/**
 * The events that one subscriber has not taken yet. Only progress may be lost: of each run just the newest is
 * kept. Where anything else would pile up beyond the limit the stream fails instead of leaving a gap.
 */
export class EventQueue {
  readonly #limit: number;
  /** In order of arrival; progress of a run has one key, so that a newer one replaces it and goes to the end. */
  readonly #events = new Map<string, WorkstationEvent>();
  #sequence = 0;
  #overflowed = false;
  #wake: (() => void) | null = null;

  constructor(limit = QUEUE_LIMIT) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#events.size;
  }

  push(event: WorkstationEvent): void {
    const key = event.type === 'progress' ? `progress ${event.id}` : String(this.#sequence++);
    this.#events.delete(key);
    if (this.#events.size < this.#limit) this.#events.set(key, event);
    else if (event.type !== 'progress') this.#overflowed = true;
    this.#wake?.();
  }

  /** Yields events as they come until the signal aborts. @throws CascadeError CONFLICT after an overflow. */
  async *drain(signal: AbortSignal | undefined): AsyncGenerator<WorkstationEvent, void, void> {
    const wake = () => this.#wake?.();
    signal?.addEventListener('abort', wake);
    try {
      while (signal?.aborted !== true) {
        if (this.#overflowed)
          throw new CascadeError(
            'CONFLICT',
            'This window fell too far behind the events: it reads them again.',
          );
        const first = this.#events.entries().next().value;
        if (first === undefined) {
          await new Promise<void>((resolve) => (this.#wake = resolve));
          this.#wake = null;
          continue;
        }
        this.#events.delete(first[0]);
        yield first[1];
      }
    } finally {
      signal?.removeEventListener('abort', wake);
    }
  }
}
