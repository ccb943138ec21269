import { parentPort, workerData } from 'node:worker_threads';
import { importRows } from './import-rows.ts';
import { serveRows } from './serve-rows.ts';
import type { ImageTask } from './tasks.ts';

/** The body of a thread that decodes or reads images for a trainer. */
if (!parentPort) throw new Error('main/trainer/data/streams/thread.ts is the body of a worker thread.');
const port = parentPort;
const task = workerData as ImageTask;
if (task.kind === 'import') port.postMessage(importRows(task));
else serveRows(task, () => port.postMessage('started'));
