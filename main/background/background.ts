import { Worker } from 'node:worker_threads';
import { CascadeError, messageOf } from '../../common/errors.ts';
import { threadUrl } from '../threads.ts';
import type { BackgroundCalls } from './calls.ts';
import { CALL_LIMITS_MS, CANCEL_PATIENCE_MS } from './limits.ts';

export interface Question {
  number: number;
  name: keyof BackgroundCalls;
  args: unknown[];
}
/** What the thread is told: a question, or that nobody waits for the answer of one any more. */
export type Request = Question | { dropped: number };
/** What the thread tells: that it has begun with a question, or its answer. */
export type Report =
  | { number: number; begun: true }
  | { number: number; result: unknown }
  | { number: number; error: { code: string; message: string } };

interface Waiting {
  question: Question;
  /** Buffers that went over with it; without them it can be asked again of another thread. */
  handedOver: boolean;
  resolve(result: unknown): void;
  reject(error: Error): void;
  begun: boolean;
  /** Runs out for the call that the thread is at. */
  timer: NodeJS.Timeout | null;
}

export interface CallOptions {
  /** Buffers that are handed over, not copied. */
  handOver?: ArrayBuffer[];
  /** Aborted when whoever asked does not wait any more. */
  signal?: AbortSignal | undefined;
}

/**
 * A thread for what would keep the main thread from answering: reading a large study, laying weights out anew. It is
 * started by the first call, and again where it died. A call that takes longer than it may ends the thread: that call is
 * rejected, and the others are asked again of a new one. It keeps no process alive by itself.
 */
export class Background {
  readonly #waiting = new Map<number, Waiting>();
  readonly #limits: Record<keyof BackgroundCalls, number>;
  #worker: Worker | null = null;
  #questions = 0;
  #closed = false;

  /** @param limits milliseconds that each call may take, counted from when the thread begins with it */
  constructor(limits: Partial<Record<keyof BackgroundCalls, number>> = {}) {
    this.#limits = { ...CALL_LIMITS_MS, ...limits };
  }

  /**
   * Rejects with the call's own error, with BACKGROUND_THREAD where the thread died, with BACKGROUND_LIMIT where it took
   * longer than it may, and with BACKGROUND_CANCELLED where the signal was aborted before the answer.
   */
  call<K extends keyof BackgroundCalls>(
    name: K,
    args: Parameters<BackgroundCalls[K]>,
    { handOver = [], signal }: CallOptions = {},
  ): Promise<Awaited<ReturnType<BackgroundCalls[K]>>> {
    const asked = new Promise<unknown>((resolve, reject) => {
      if (this.#closed) return reject(ended('it was closed'));
      if (signal?.aborted) return reject(cancelled());
      const number = ++this.#questions;
      const cancel = (): void => this.#cancel(number);
      signal?.addEventListener('abort', cancel);
      const settled = (): void => signal?.removeEventListener('abort', cancel);
      const waiting: Waiting = {
        question: { number, name, args },
        handedOver: handOver.length > 0,
        resolve: (result) => (settled(), resolve(result)),
        reject: (error) => (settled(), reject(error)),
        begun: false,
        timer: null,
      };
      this.#ask(waiting, handOver);
    });
    return asked as Promise<Awaited<ReturnType<BackgroundCalls[K]>>>;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#worker = null;
    this.#rejectAll('it was closed');
    await worker?.terminate();
  }

  #ask(waiting: Waiting, handOver: ArrayBuffer[]): void {
    const worker = (this.#worker ??= this.#start());
    worker.ref();
    this.#waiting.set(waiting.question.number, waiting);
    worker.postMessage(waiting.question satisfies Request, handOver);
  }

  #start(): Worker {
    const worker = new Worker(threadUrl('background'), { name: 'background' });
    let reason = 'it ended';
    worker.on('message', (report: Report) => {
      if (worker === this.#worker) this.#receive(report);
    });
    worker.on('error', (error) => (reason = messageOf(error)));
    worker.on('exit', () => {
      if (worker !== this.#worker) return;
      this.#worker = null;
      this.#rejectAll(reason);
    });
    return worker;
  }

  #receive(report: Report): void {
    const { number } = report;
    const waiting = this.#waiting.get(number);
    if (!waiting) return;
    if ('begun' in report) {
      const { name } = waiting.question;
      const seconds = Math.round(this.#limits[name] / 1000);
      waiting.begun = true;
      waiting.timer = setTimeout(
        () =>
          this.#replace(
            number,
            new CascadeError(
              'BACKGROUND_LIMIT',
              `This took longer than ${seconds} s, and was ended (${name}): ask for less at once, or try again.`,
            ),
          ),
        this.#limits[name],
      ).unref();
      return;
    }
    this.#forget(waiting);
    if ('result' in report) waiting.resolve(report.result);
    else waiting.reject(new CascadeError(report.error.code, report.error.message));
  }

  /** Nobody waits for this answer: a thread that does not come back from it soon is replaced. */
  #cancel(number: number): void {
    const waiting = this.#waiting.get(number);
    if (!waiting) return;
    waiting.reject(cancelled());
    if (!waiting.begun) {
      this.#worker?.postMessage({ dropped: number } satisfies Request);
      this.#forget(waiting);
      return;
    }
    if (waiting.timer) clearTimeout(waiting.timer);
    waiting.timer = setTimeout(() => this.#replace(number, cancelled()), CANCEL_PATIENCE_MS).unref();
  }

  /** Ends the thread over one call. What else it was asked is asked of a new one, where that can be. */
  #replace(culprit: number, error: CascadeError): void {
    const others = [...this.#waiting.values()].filter(({ question }) => question.number !== culprit);
    this.#waiting.get(culprit)?.reject(error);
    for (const { timer } of this.#waiting.values()) if (timer) clearTimeout(timer);
    this.#waiting.clear();
    // Not waited for: native code is not interrupted by it.
    void this.#worker?.terminate();
    this.#worker = null;
    for (const waiting of others) {
      // What it has begun to free may be freed by now.
      const lost = waiting.handedOver || (waiting.begun && waiting.question.name === 'reclaim');
      if (lost) waiting.reject(ended('another call did not come to an end'));
      else this.#ask({ ...waiting, begun: false, timer: null }, []);
    }
  }

  #forget({ question, timer }: Waiting): void {
    if (timer) clearTimeout(timer);
    this.#waiting.delete(question.number);
    if (this.#waiting.size === 0) this.#worker?.unref();
  }

  #rejectAll(reason: string): void {
    for (const { timer, reject } of this.#waiting.values()) {
      if (timer) clearTimeout(timer);
      reject(ended(reason));
    }
    this.#waiting.clear();
  }
}

function ended(reason: string): CascadeError {
  return new CascadeError('BACKGROUND_THREAD', `The background thread cannot answer (${reason}): try again.`);
}

function cancelled(): CascadeError {
  return new CascadeError('BACKGROUND_CANCELLED', 'Nobody waits for this answer any more.');
}
