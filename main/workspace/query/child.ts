import { constants, setPriority } from 'node:os';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { CascadeError, messageOf } from '../../../common/errors.ts';
import { encodeResult } from '../../../common/codec/result-frames.ts';
import type { QueryAnswer, QueryOrder } from './messages.ts';
import { SqlError } from './refusal.ts';
import { openForQueries, runQuery } from './run-query.ts';

/**
 * A process for one query. SQLite cannot be interrupted, and a process that is busy in it reads no message: a thread beside it ends
 * the process where the query takes too much memory, or whoever asked is gone.
 */

const WATCH_EVERY_MILLISECONDS = 25;

/** Electron's utility processes have another line to their parent than Node's. */
interface ParentPort {
  once(event: 'message', listener: (event: { data: unknown }) => void): void;
  postMessage(message: unknown): void;
}
const port = (process as { parentPort?: ParentPort }).parentPort;

function answerOneOrder(order: QueryOrder): void {
  // Training and windows go first.
  setPriority(constants.priority.PRIORITY_LOW);
  new Worker(new URL(import.meta.url), {
    workerData: { memory: order.memory, parent: process.ppid },
  }).unref();
  const answer = answerTo(order);
  if (port) port.postMessage(answer);
  else process.send!(answer);
}

function answerTo({ file, sql, limit }: QueryOrder): QueryAnswer {
  try {
    const database = openForQueries(file);
    return { frame: encodeResult(runQuery(database, sql, limit)) };
  } catch (error) {
    const code = error instanceof CascadeError ? error.code : 'WORKSPACE';
    return {
      error: { code, message: messageOf(error), place: error instanceof SqlError ? error.place : null },
    };
  }
}

function watch({ memory, parent }: { memory: number; parent: number }): void {
  setInterval(() => {
    if (process.memoryUsage.rss() > memory || process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }, WATCH_EVERY_MILLISECONDS);
}

if (!isMainThread) watch(workerData as { memory: number; parent: number });
else if (port) port.once('message', ({ data }) => answerOneOrder(data as QueryOrder));
else process.once('message', (order) => answerOneOrder(order as QueryOrder));
