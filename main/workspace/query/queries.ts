import { CascadeError } from '../../../common/errors.ts';
import { startNodeProcess, type Child, type StartProcess } from '../../threads/child-process.ts';
import { CancelledError } from '../../threads/cancelled.ts';
import type { QueryAnswer, QueryOrder } from './messages.ts';
import { SqlError } from './refusal.ts';

/** Queries that run at once: others wait, so that training keeps its cores. */
const AT_ONCE = 2;
const MEMORY_MEGABYTES = 768;
/** Of those, for the values of JavaScript: an answer of the largest size. */
const HEAP_MEGABYTES = 512;
const MEGABYTE = 1024 * 1024;

export interface QueryAsked {
  sql: string;
  /** Rows that are answered at most. */
  limit: number;
  /** Seconds after which it is ended. */
  seconds: number;
}

/** Carries out queries on a database's file, each in a process of its own that is ended whatever it does. */
export class Queries {
  readonly #file: string;
  readonly #start: StartProcess;
  readonly #running = new Set<Child>();
  readonly #waiting: (() => void)[] = [];
  #busy = 0;
  #closed = false;

  constructor(file: string, start: StartProcess = startNodeProcess) {
    this.#file = file;
    this.#start = start;
  }

  /**
   * @returns a frame: see `common/codec/result-frames.ts`
   * @throws SqlError with the place of what is wrong; CascadeError SQL_TIMEOUT, SQL_MEMORY, CANCELLED once the signal aborts
   */
  async run(asked: QueryAsked, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    await this.#turn(signal);
    try {
      if (this.#closed) throw closed();
      return await this.#carryOut(asked, signal);
    } finally {
      this.#busy--;
      this.#waiting.shift()?.();
    }
  }

  /** Ends all that run, and refuses what waits. Resolves once none is left. */
  async close(): Promise<void> {
    this.#closed = true;
    const ends = [...this.#running].map(
      (child) => new Promise<void>((resolve) => child.onExit(() => resolve())),
    );
    for (const child of this.#running) child.kill();
    await Promise.all(ends);
  }

  async #turn(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) throw new CancelledError();
    if (this.#busy >= AT_ONCE)
      await new Promise<void>((resolve, reject) => {
        const go = (): void => {
          signal?.removeEventListener('abort', give);
          resolve();
        };
        const give = (): void => {
          this.#waiting.splice(this.#waiting.indexOf(go), 1);
          reject(new CancelledError());
        };
        signal?.addEventListener('abort', give, { once: true });
        this.#waiting.push(go);
      });
    this.#busy++;
  }

  #carryOut(
    { sql, limit, seconds }: QueryAsked,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const child = this.#start('query', HEAP_MEGABYTES);
    this.#running.add(child);
    const answered = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
    const end = (error: Error): void => {
      answered.reject(error);
      child.kill();
    };
    const cancel = (): void => end(new CancelledError());
    const timer = setTimeout(
      () =>
        end(
          new CascadeError(
            'SQL_TIMEOUT',
            `The query was ended after ${seconds} seconds: ask for less, or on the command line allow more time with --timeout.`,
          ),
        ),
      seconds * 1000,
    );
    signal?.addEventListener('abort', cancel, { once: true });
    child.onMessage((message) => {
      const answer = message as QueryAnswer;
      if ('frame' in answer) answered.resolve(ownBytes(answer.frame));
      else answered.reject(errorOf(answer.error, sql));
      child.kill();
    });
    child.onExit((how) => {
      this.#running.delete(child);
      answered.reject(this.#closed ? closed() : endedItself(how));
    });
    const order: QueryOrder = { file: this.#file, sql, limit, memory: MEMORY_MEGABYTES * MEGABYTE };
    child.send(order);
    return answered.promise.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    });
  }
}

/** Frames begin at a multiple of eight within their buffer. */
function ownBytes(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  return frame.byteOffset % 8 === 0 && frame.buffer instanceof ArrayBuffer
    ? (frame as Uint8Array<ArrayBuffer>)
    : Uint8Array.from(frame);
}

function errorOf(
  { code, message, place }: Extract<QueryAnswer, { error: object }>['error'],
  sql: string,
): CascadeError {
  return code === 'INVALID_SQL' ? new SqlError(message, place, sql) : new CascadeError(code, message);
}

function endedItself(how: number | string | null): CascadeError {
  const isKilled = how === 'SIGKILL' || how === 137 || how === 9;
  if (isKilled)
    return new CascadeError(
      'SQL_MEMORY',
      `The query was ended: it took more than ${MEMORY_MEGABYTES} MB of memory. Ask for less at a time.`,
    );
  return new CascadeError(
    'SQL_FAILED',
    `The query's process ended unexpectedly (${how ?? 'it did not start'}).`,
  );
}

function closed(): CascadeError {
  return new CascadeError('CANCELLED', 'The workspace was closed before the query ended.');
}
