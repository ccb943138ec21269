import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { ImageTask } from './tasks.ts';

/** Where the thread's code lies: beside this file, or built as images.js, flat in out/main (see main/threads.ts). */
function threadUrl(): URL {
  if (import.meta.url.endsWith('.ts')) return new URL('./thread.ts', import.meta.url);
  const beside = new URL('./images.js', import.meta.url);
  return existsSync(beside) ? beside : new URL('../images.js', import.meta.url);
}

export function startImageThread(task: ImageTask): Worker {
  return new Worker(threadUrl(), { workerData: task });
}
