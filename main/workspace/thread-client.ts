import { Worker } from 'node:worker_threads';
import { CascadeError, messageOf } from '../../common/errors.ts';
import { buffersWithin, type Answer, type Calls, type Request } from './messages.ts';

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
  /** What was asked, kept while its buffers are with the thread. */
  args: unknown[] | null;
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

  #send(method: string, args: unknown[], handOver: boolean): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const call = ++this.#calls;
      const buffers = handOver ? buffersWithin(args) : [];
      this.#pending.set(call, { resolve, reject, args: handOver ? args : null });
      try {
        this.#worker.postMessage({ call, method, args } satisfies Request, buffers);
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
    for (const pending of this.#pending.values()) pending.reject(this.#ended);
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
