import { parentPort } from 'node:worker_threads';
import { CascadeError, messageOf } from '../../common/errors.ts';
import { calls } from './calls.ts';
import type { Answer, Question } from './background.ts';

/** The body of the background thread: answers one call after another. */
if (!parentPort) throw new Error('main/background/thread.ts is the body of a worker thread.');
const port = parentPort;

port.on('message', ({ number, name, args }: Question) => void answerTo(number, name, args));

async function answerTo(number: number, name: Question['name'], args: unknown[]): Promise<void> {
  let answer: Answer;
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
