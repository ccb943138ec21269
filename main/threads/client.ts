import { Worker } from 'node:worker_threads';
import { CascadeError, messageOf } from '../../common/errors.ts';
import { CancelledError } from './cancelled.ts';
import { buffersWithin, type Answer, type Calls, type Request } from './messages.ts';

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
  /** What was asked, kept while its buffers are with the thread. */
  args: unknown[] | null;
  begun(): void;
  /** Ends what waits with it. */
  settled(): void;
}

export interface AskOptions {
  /**
   * The arguments' buffers are handed over instead of copied. They are gone for the caller, unless the call is rejected by the
   * thread: then objects among the arguments hold their buffers again.
   */
  handOver?: boolean;
  /**
   * Aborted when whoever asked does not wait any more: the call is rejected with CANCELLED at once, and a thread that comes to
   * it after that does not begin with it.
   */
  signal?: AbortSignal | undefined;
  /** Called when the thread begins with it. */
  begun?: () => void;
}

/**
 * Asks a thread, and keeps its answers apart. Every call is answered: when the thread dies, all that wait are rejected,
 * and so is every later call.
 */
export class ThreadClient<C extends Calls<C>> {
  readonly #worker: Worker;
  readonly #death: (detail: string) => CascadeError;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;
  #ended: CascadeError | null = null;

  /** @param death what calls are rejected with once the thread is dead, from what is known of that */
  constructor(url: URL, name: string, death: (detail: string) => CascadeError) {
    this.#death = death;
    this.#worker = new Worker(url, { name });
    this.#worker.on('message', (answer: Answer) => this.#receive(answer));
    this.#worker.on('error', (error) => this.#end(messageOf(error)));
    this.#worker.on('exit', (code) => this.#end(`it exited with code ${code}`));
  }

  get isDead(): boolean {
    return this.#ended !== null;
  }

  call<K extends keyof C & string>(method: K, ...args: Parameters<C[K]>): Promise<Awaited<ReturnType<C[K]>>> {
    return this.ask(method, args);
  }

  /** As `call`, for an answer that somebody may stop waiting for: see `AskOptions`. */
  callWhileWanted<K extends keyof C & string>(
    signal: AbortSignal | undefined,
    method: K,
    ...args: Parameters<C[K]>
  ): Promise<Awaited<ReturnType<C[K]>>> {
    return this.ask(method, args, { signal });
  }

  /** As `call`, but hands the arguments' buffers over: see `AskOptions`. */
  handOver<K extends keyof C & string>(
    method: K,
    ...args: Parameters<C[K]>
  ): Promise<Awaited<ReturnType<C[K]>>> {
    return this.ask(method, args, { handOver: true });
  }

  ask<K extends keyof C & string>(
    method: K,
    args: Parameters<C[K]>,
    options: AskOptions = {},
  ): Promise<Awaited<ReturnType<C[K]>>> {
    return this.#send(method, args, options) as Promise<Awaited<ReturnType<C[K]>>>;
  }

  /** Whether the thread keeps the process alive. */
  keepAlive(alive: boolean): void {
    if (alive) this.#worker.ref();
    else this.#worker.unref();
  }

  /** Ends the thread, whatever it does; native code is not interrupted by it. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(method: string, args: unknown[], { handOver = false, signal, begun }: AskOptions): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    if (signal?.aborted) return Promise.reject(new CancelledError());
    return new Promise((resolve, reject) => {
      const call = ++this.#calls;
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
        begun: begun ?? (() => undefined),
        settled: () => signal?.removeEventListener('abort', cancel),
      });
      const request: Request = { call, method, args, cancelled, tellBeginning: begun !== undefined };
      try {
        this.#worker.postMessage(request, handOver ? buffersWithin(args) : []);
      } catch (error) {
        this.#take(call);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  #receive(answer: Answer): void {
    if ('begun' in answer) return this.#pending.get(answer.call)?.begun();
    const pending = this.#take(answer.call);
    if (!pending) return;
    if ('result' in answer) return pending.resolve(answer.result);
    if (pending.args && answer.args) giveBack(pending.args, answer.args);
    pending.reject(new CascadeError(answer.error.code, answer.error.message));
  }

  #take(call: number): Pending | undefined {
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    pending?.settled();
    return pending;
  }

  #end(detail: string): void {
    this.#ended ??= this.#death(detail);
    for (const call of [...this.#pending.keys()]) this.#take(call)?.reject(this.#ended);
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
