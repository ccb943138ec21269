import { parentPort } from 'node:worker_threads';
import { CancelledError } from './cancelled.ts';
import { buffersWithin, type Answer, type Calls, type Request, type ThreadError } from './messages.ts';

/**
 * Answers the calls of this thread's parent in the order in which they came. After `close` the thread ends.
 *
 * @param errorOf what the parent is told of an error
 */
export function serve<C extends Calls<C>>(handlers: C, errorOf: (error: unknown) => ThreadError): void {
  if (!parentPort) throw new Error('This module is the body of a worker thread.');
  const port = parentPort;
  const tell = (answer: Answer, buffers: ArrayBuffer[] = []): void => port.postMessage(answer, buffers);
  const answerWith = (call: number, result: unknown): void => tell({ call, result }, handedOver(result));
  const refuse = ({ call, args }: Request, error: unknown): void => {
    const { code, message } = errorOf(error);
    const buffers = buffersWithin(args);
    tell({ call, error: { code, message }, args: buffers.length > 0 ? args : null }, buffers);
  };
  port.on('message', (request: Request) => {
    const { call, method, args, cancelled, tellBeginning } = request;
    try {
      if (cancelled !== null && Atomics.load(new Int32Array(cancelled), 0) !== 0) throw new CancelledError();
      if (tellBeginning) tell({ call, begun: true });
      const result = (handlers[method as keyof C] as (...args: unknown[]) => unknown)(...args);
      if (result instanceof Promise)
        result.then(
          (kept) => answerWith(call, kept),
          (error: unknown) => refuse(request, error),
        );
      else answerWith(call, result);
    } catch (error) {
      refuse(request, error);
    }
    if (method === 'close') port.close();
  });
}

/** Bytes in an answer, either the answer itself or its `bytes`, belong to nobody here any more. */
function handedOver(result: unknown): ArrayBuffer[] {
  if (result instanceof Uint8Array) return buffersWithin(result);
  if (typeof result === 'object' && result !== null && 'bytes' in result) return buffersWithin(result.bytes);
  return [];
}
