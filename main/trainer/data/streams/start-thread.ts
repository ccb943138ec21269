import { Worker } from 'node:worker_threads';
import { threadUrl } from '../../../threads/thread-url.ts';
import type { ImageTask } from './tasks.ts';

export function startImageThread(task: ImageTask): Worker {
  return new Worker(threadUrl('images'), { workerData: task });
}
