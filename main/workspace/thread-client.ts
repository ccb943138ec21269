import { Worker } from 'node:worker_threads';
import { CascadeError, messageOf } from '../../common/errors.ts';
import { CancelledError } from './cancelled.ts';
import { buffersWithin, type Answer, type Calls, type Request } from './messages.ts';

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
  /** What was asked, kept while its buffers are with the thread. */
  args: unknown[] | null;
  /** Ends what waits with it. */
  settled(): void;
}

/**
 * Asks a thread, and keeps its answers apart. Every call is answered: when the thread dies, all that wait are
 * rejected with WORKSPACE_THREAD, and so is every later call.
 */
export class ThreadClient<C extends Calls<C>> {
  readonly #worker: Worker;
  readonly #name: string;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;
  #ended: CascadeError | null = null;

  constructor(url: URL, name: string) {
    this.#name = name;
    this.#worker = new Worker(url, { name });
    this.#worker.on('message', (answer: Answer) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#end(messageOf(error)));
    this.#worker.on('exit', (code) => this.#end(`it exited with code ${code}`));
  }

  call<K extends keyof C & string>(method: K, ...args: Parameters<C[K]>): Promise<ReturnType<C[K]>> {
    return this.#send(method, args, false) as Promise<ReturnType<C[K]>>;
  }

  /**
   * As `call`, for an answer that somebody may stop waiting for: a thread that comes to the call after that does not begin
   * with it, and the call is rejected with CANCELLED at once.
   */
  callWhileWanted<K extends keyof C & string>(
    signal: AbortSignal | undefined,
    method: K,
    ...args: Parameters<C[K]>
  ): Promise<ReturnType<C[K]>> {
    return this.#send(method, args, false, signal) as Promise<ReturnType<C[K]>>;
  }

  /**
   * As `call`, but hands the arguments' buffers over instead of copying them. They are gone for the caller, unless
   * the call is rejected by the thread: then objects among the arguments hold their buffers again.
   */
  handOver<K extends keyof C & string>(method: K, ...args: Parameters<C[K]>): Promise<ReturnType<C[K]>> {
    return this.#send(method, args, true) as Promise<ReturnType<C[K]>>;
  }

  /** Ends the thread, whatever it does. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(method: string, args: unknown[], handOver: boolean, signal?: AbortSignal): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    if (signal?.aborted) return Promise.reject(new CancelledError());
    return new Promise((resolve, reject) => {
      const call = ++this.#calls;
      const buffers = handOver ? buffersWithin(args) : [];
      const cancelled = signal ? new SharedArrayBuffer(4) : null;
      const cancel = (): void => {
        Atomics.store(new Int32Array(cancelled!), 0, 1);
        reject(new CancelledError());
      };
      signal?.addEventListener('abort', cancel, { once: true });
      this.#pending.set(call, {
        resolve,
        reject,
        args: handOver ? args : null,
        settled: () => signal?.removeEventListener('abort', cancel),
      });
      try {
        this.#worker.postMessage({ call, method, args, cancelled } satisfies Request, buffers);
      } catch (error) {
        this.#pending.delete(call);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.call);
    if (!pending) return;
    this.#pending.delete(answer.call);
    pending.settled();
    if ('result' in answer) return pending.resolve(answer.result);
    if (pending.args && answer.args) giveBack(pending.args, answer.args);
    pending.reject(new CascadeError(answer.error.code, answer.error.message));
  }

  #end(detail: string): void {
    this.#ended ??= new CascadeError(
      'WORKSPACE_THREAD',
      `The workspace's ${this.#name} ended unexpectedly (${detail}). What was acknowledged is safe: open the ` +
        'workspace again.',
    );
    for (const pending of this.#pending.values()) {
      pending.settled();
      pending.reject(this.#ended);
    }
    this.#pending.clear();
  }
}

/** Puts what came back into the caller's own objects. */
function giveBack(target: unknown, source: unknown): void {
  if (typeof target !== 'object' || target === null || ArrayBuffer.isView(target)) return;
  const to = target as Record<string, unknown>;
  for (const [key, value] of Object.entries(source as Record<string, unknown>)) {
    if (ArrayBuffer.isView(value)) to[key] = value;
    else if (typeof value === 'object' && value !== null) giveBack(to[key], value);
  }
}
