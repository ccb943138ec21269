import { parentPort } from 'node:worker_threads';
import { CascadeError, messageOf } from '../../common/errors.ts';
import { calls } from './calls.ts';
import type { Question, Report, Request } from './background.ts';

/** The body of the background thread: answers one call after another, but for those that nobody waits for any more. */
if (!parentPort) throw new Error('main/background/thread.ts is the body of a worker thread.');
const port = parentPort;

const waiting = new Set<number>();

port.on('message', (request: Request) => {
  if ('dropped' in request) {
    waiting.delete(request.dropped);
    return;
  }
  waiting.add(request.number);
  // Whatever came while the last call was answered is read first: this call may have been dropped.
  setImmediate(() => {
    if (waiting.delete(request.number)) void answerTo(request);
  });
});

async function answerTo({ number, name, args }: Question): Promise<void> {
  port.postMessage({ number, begun: true } satisfies Report);
  let answer: Report;
  try {
    // The client's types tie a call's arguments to its name.
    answer = { number, result: await (calls[name] as (...args: unknown[]) => unknown)(...args) };
  } catch (error) {
    const code = error instanceof CascadeError ? error.code : 'UNEXPECTED';
    answer = { number, error: { code, message: messageOf(error) } };
  }
  const bytes = 'result' in answer && answer.result instanceof Uint8Array ? answer.result.buffer : null;
  port.postMessage(answer, bytes instanceof ArrayBuffer ? [bytes] : []);
}
