import { CascadeError } from '../../common/errors.ts';
import { ThreadClient } from '../threads/client.ts';
import { threadUrl } from '../threads/thread-url.ts';
import type { BackgroundCalls } from './calls.ts';
import { CALL_LIMITS_MS, CANCEL_PATIENCE_MS } from './limits.ts';

type Name = keyof BackgroundCalls;
type Thread = ThreadClient<BackgroundCalls>;

/** A question, until it is answered or nobody waits for it any more. */
interface Waiting {
  name: Name;
  args: Parameters<BackgroundCalls[Name]>;
  /** Its buffers went over with it: it cannot be asked again of another thread. */
  handedOver: boolean;
  resolve(result: unknown): void;
  reject(error: Error): void;
  /** The thread that was asked last: what another one says of it does not count. */
  thread: Thread | null;
  begun: boolean;
  /** Tells the thread not to begin with it. */
  drop: AbortController;
  /** Runs out for the call that the thread is at. */
  timer: NodeJS.Timeout | null;
}

export interface CallOptions {
  /** Buffers of the arguments are handed over, not copied. */
  handOver?: boolean;
  /** Aborted when whoever asked does not wait any more. */
  signal?: AbortSignal | undefined;
}

/**
 * A thread for what would keep the main thread from answering: reading a large study, laying weights out anew. It is
 * started by the first call, and again where it died. A call that takes longer than it may ends the thread: that call is
 * rejected, and the others are asked again of a new one. It keeps no process alive by itself.
 */
export class Background {
  readonly #waiting = new Set<Waiting>();
  readonly #limits: Record<Name, number>;
  #thread: Thread | null = null;
  #closed = false;

  /** @param limits milliseconds that each call may take, counted from when the thread begins with it */
  constructor(limits: Partial<Record<Name, number>> = {}) {
    this.#limits = { ...CALL_LIMITS_MS, ...limits };
  }

  /**
   * Rejects with the call's own error, with BACKGROUND_THREAD where the thread died, with BACKGROUND_LIMIT where it took
   * longer than it may, and with BACKGROUND_CANCELLED where the signal was aborted before the answer.
   */
  call<K extends Name>(
    name: K,
    args: Parameters<BackgroundCalls[K]>,
    { handOver = false, signal }: CallOptions = {},
  ): Promise<Awaited<ReturnType<BackgroundCalls[K]>>> {
    const asked = new Promise<unknown>((resolve, reject) => {
      if (this.#closed) return reject(ended('it was closed'));
      if (signal?.aborted) return reject(cancelled());
      const cancel = (): void => this.#cancel(waiting);
      const settled = (): void => signal?.removeEventListener('abort', cancel);
      const waiting: Waiting = {
        name,
        args,
        handedOver: handOver,
        resolve: (result) => (settled(), resolve(result)),
        reject: (error) => (settled(), reject(error)),
        thread: null,
        begun: false,
        drop: new AbortController(),
        timer: null,
      };
      signal?.addEventListener('abort', cancel);
      this.#ask(waiting);
    });
    return asked as Promise<Awaited<ReturnType<BackgroundCalls[K]>>>;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const thread = this.#thread;
    this.#thread = null;
    for (const waiting of [...this.#waiting]) {
      this.#forget(waiting);
      waiting.reject(ended('it was closed'));
    }
    await thread?.terminate();
  }

  #ask(waiting: Waiting): void {
    const thread = this.#thread === null || this.#thread.isDead ? this.#start() : this.#thread;
    this.#thread = thread;
    thread.keepAlive(true);
    Object.assign(waiting, { thread, begun: false, drop: new AbortController() });
    this.#waiting.add(waiting);
    const settle = (tell: () => void): void => {
      if (waiting.thread !== thread || !this.#waiting.has(waiting)) return;
      this.#forget(waiting);
      tell();
    };
    thread
      .ask(waiting.name, waiting.args, {
        handOver: waiting.handedOver,
        signal: waiting.drop.signal,
        begun: () => this.#begin(waiting, thread),
      })
      .then(
        (result) => settle(() => waiting.resolve(result)),
        (error: Error) => settle(() => waiting.reject(error)),
      );
  }

  #start(): Thread {
    return new ThreadClient<BackgroundCalls>(threadUrl('background'), 'background', ended);
  }

  #begin(waiting: Waiting, thread: Thread): void {
    if (waiting.thread !== thread || !this.#waiting.has(waiting)) return;
    const { name } = waiting;
    const seconds = Math.round(this.#limits[name] / 1000);
    const late = new CascadeError(
      'BACKGROUND_LIMIT',
      `This took longer than ${seconds} s, and was ended (${name}): ask for less at once, or try again.`,
    );
    waiting.begun = true;
    waiting.timer = setTimeout(() => this.#replace(waiting, late), this.#limits[name]).unref();
  }

  /** Nobody waits for this answer: a thread that does not come back from it soon is replaced. */
  #cancel(waiting: Waiting): void {
    if (!this.#waiting.has(waiting)) return;
    waiting.reject(cancelled());
    if (!waiting.begun) {
      this.#forget(waiting);
      waiting.drop.abort();
      return;
    }
    if (waiting.timer) clearTimeout(waiting.timer);
    waiting.timer = setTimeout(() => this.#replace(waiting, cancelled()), CANCEL_PATIENCE_MS).unref();
  }

  /** Ends the thread over one call. What else it was asked is asked of a new one, where that can be. */
  #replace(culprit: Waiting, error: CascadeError): void {
    const thread = this.#thread;
    const all = [...this.#waiting];
    this.#thread = null;
    for (const waiting of all) this.#forget(waiting);
    // Not waited for: native code is not interrupted by it.
    void thread?.terminate();
    culprit.reject(error);
    for (const waiting of all) {
      if (waiting === culprit) continue;
      // What it has begun to free may be freed by now.
      const lost = waiting.handedOver || (waiting.begun && waiting.name === 'reclaim');
      if (lost) waiting.reject(ended('another call did not end'));
      else this.#ask(waiting);
    }
  }

  #forget(waiting: Waiting): void {
    if (waiting.timer) clearTimeout(waiting.timer);
    waiting.timer = null;
    this.#waiting.delete(waiting);
    if (this.#waiting.size === 0) this.#thread?.keepAlive(false);
  }
}

function ended(reason: string): CascadeError {
  return new CascadeError('BACKGROUND_THREAD', `The background thread cannot answer (${reason}): try again.`);
}

function cancelled(): CascadeError {
  return new CascadeError('BACKGROUND_CANCELLED', 'The call was cancelled: its answer is no longer needed.');
}
