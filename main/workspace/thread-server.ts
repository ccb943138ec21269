import { parentPort } from 'node:worker_threads';
import { CascadeError } from '../../common/errors.ts';
import { CancelledError } from './cancelled.ts';
import { workspaceError } from './errors.ts';
import { buffersWithin, type Answer, type Calls, type Request } from './messages.ts';

/**
 * Answers the calls of this thread's parent, one after another. `folder` tells errors which workspace they are of.
 * After `close` the thread ends.
 */
export function serve<C extends Calls<C>>(handlers: C, folder: () => string): void {
  if (!parentPort) throw new CascadeError('WORKSPACE_THREAD', 'This module runs in a worker thread.');
  const port = parentPort;
  port.on('message', ({ call, method, args, cancelled }: Request) => {
    let answer: Answer;
    try {
      if (cancelled !== null && Atomics.load(new Int32Array(cancelled), 0) !== 0) throw new CancelledError();
      const handler = handlers[method as keyof C] as (...args: unknown[]) => unknown;
      answer = { call, result: handler(...args) };
    } catch (error) {
      const { code, message } = workspaceError(error, folder());
      const buffers = buffersWithin(args);
      answer = { call, error: { code, message }, args: buffers.length > 0 ? args : null };
    }
    port.postMessage(answer, 'result' in answer ? handedOver(answer.result) : buffersWithin(answer.args));
    if (method === 'close') port.close();
  });
}

/** Bytes in an answer, either the answer itself or its `bytes`, belong to nobody here any more. */
function handedOver(result: unknown): ArrayBuffer[] {
  if (result instanceof Uint8Array) return buffersWithin(result);
  if (typeof result === 'object' && result !== null && 'bytes' in result) return buffersWithin(result.bytes);
  return [];
}
