import { parentPort, workerData } from 'node:worker_threads';
import { openEngine } from '../../../../main/trainer/tensorflow/engine.ts';
import { SmallTraining } from './small-training.ts';

/** What the tests ask of a thread: how many steps (for ever without), how wide the net, and how many threads. */
export interface ThreadRequest {
  steps?: number;
  threads: number;
  width?: number;
  batch?: number;
  ledger?: SharedArrayBuffer;
}

const { steps = Infinity, threads, width = 16, batch = 32, ledger } = workerData as ThreadRequest;
const engine = openEngine({ device: 'cpu', threads, ...(ledger && { ledger }) });
const training = new SmallTraining(engine, { width, batch });
parentPort?.postMessage({ kind: 'started' });
const losses: number[] = [];
for (let step = 0; step < steps; step++) {
  const loss = training.train(step);
  if (Number.isFinite(steps)) losses.push(loss);
}
const weights = training.snapshot();
training.dispose();
const left = engine.liveHandles;
engine.dispose();
parentPort?.postMessage({ kind: 'done', losses, weights, left });
