import { isMarkedAsUntransferable } from 'node:worker_threads';

/** What a thread is asked and what it tells: calls by name, with arguments, each answered once. */

/** The calls of a thread, by name. Where one answers with a promise, the next may begin before it is kept. */
export type Calls<C> = {
  [K in keyof C]: C[K] extends (...args: infer A) => infer R ? (...args: A) => R : never;
};

export interface Request {
  call: number;
  method: string;
  args: unknown[];
  /** One int32, not 0 once nobody waits for the answer any more; null for calls that are answered whatever happens. */
  cancelled: SharedArrayBuffer | null;
  /** Whether it is to be told when the thread begins with it. */
  tellBeginning: boolean;
}

/** `args` come back with a refusal when their buffers were handed over, so that the caller can try again. */
export type Answer =
  | { call: number; begun: true }
  | { call: number; result: unknown }
  | { call: number; error: ThreadError; args: unknown[] | null };

/** An error on its way between threads. */
export interface ThreadError {
  code: string;
  message: string;
}

/**
 * The buffers of typed arrays somewhere within a value, each once, that can be handed over instead of copied; Node's
 * own pool, in which small Buffers lie, cannot.
 */
export function buffersWithin(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const visit = (part: unknown): void => {
    if (ArrayBuffer.isView(part)) {
      if (part.buffer instanceof ArrayBuffer && !isMarkedAsUntransferable(part.buffer))
        found.add(part.buffer);
    } else if (Array.isArray(part)) {
      for (const entry of part) if (typeof entry === 'object') visit(entry);
    } else if (typeof part === 'object' && part !== null) {
      for (const entry of Object.values(part)) if (typeof entry === 'object') visit(entry);
    }
  };
  visit(value);
  return [...found];
}
