import { Worker } from 'node:worker_threads';
import { CascadeError, messageOf } from '../../common/errors.ts';
import { threadUrl } from '../threads.ts';
import type { BackgroundCalls } from './calls.ts';

export interface Question {
  number: number;
  name: keyof BackgroundCalls;
  args: unknown[];
}
export type Answer = { number: number } & (
  { result: unknown } | { error: { code: string; message: string } }
);

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/**
 * A thread for what would keep the main thread from answering: reading a large study, laying weights out anew. It is
 * started by the first call, and again where it died; it keeps no process alive by itself.
 */
export class Background {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #questions = 0;
  #closed = false;

  /** Buffers named are handed over, not copied. Rejects with the call's own error, or BACKGROUND_THREAD where the thread died. */
  call<K extends keyof BackgroundCalls>(
    name: K,
    args: Parameters<BackgroundCalls[K]>,
    handOver: ArrayBuffer[] = [],
  ): Promise<Awaited<ReturnType<BackgroundCalls[K]>>> {
    return new Promise<unknown>((resolve, reject) => {
      if (this.#closed) return reject(ended('it was closed'));
      const number = ++this.#questions;
      const worker = (this.#worker ??= this.#start());
      worker.ref();
      this.#waiting.set(number, { resolve, reject });
      worker.postMessage({ number, name, args } satisfies Question, handOver);
    }) as Promise<Awaited<ReturnType<BackgroundCalls[K]>>>;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(threadUrl('background'), { name: 'background' });
    let reason = 'it ended';
    worker.on('message', (answer: Answer) => this.#settle(answer));
    worker.on('error', (error) => (reason = messageOf(error)));
    worker.on('exit', () => {
      this.#worker = null;
      for (const { reject } of this.#waiting.values()) reject(ended(reason));
      this.#waiting.clear();
    });
    return worker;
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if (this.#waiting.size === 0) this.#worker?.unref();
    if ('result' in answer) waiting?.resolve(answer.result);
    else waiting?.reject(new CascadeError(answer.error.code, answer.error.message));
  }
}

function ended(reason: string): CascadeError {
  return new CascadeError(
    'BACKGROUND_THREAD',
    `The background thread can not answer (${reason}): try again.`,
  );
}
