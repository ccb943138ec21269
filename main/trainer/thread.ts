import { parentPort, workerData } from 'node:worker_threads';
import type { TrainerInput } from './messages.ts';
import { runTraining } from './session/run.ts';

/** The body of a training thread: one run, then it ends. */
if (!parentPort) throw new Error('main/trainer/thread.ts is the body of a worker thread.');
const port = parentPort;
await runTraining(workerData as TrainerInput, (message, transfer) => port.postMessage(message, transfer));
