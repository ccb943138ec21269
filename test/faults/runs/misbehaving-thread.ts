import { parentPort, workerData } from 'node:worker_threads';
import type { TrainerInput } from '../../../main/trainer/messages.ts';
import { runTraining } from '../../../main/trainer/session/run.ts';
import { SEEDS } from './misbehaving-thread-seeds.ts';

/** A training thread that goes wrong at once or after its second epoch; with another seed it trains as always. */
const port = parentPort!;
const input = workerData as TrainerInput;

if (input.seed === SEEDS.throws) {
  // Outside of everything that the trainer guards: an event handler with a mistake.
  setImmediate(() => {
    throw new TypeError('weights.flat is not a function');
  });
  await new Promise(() => undefined);
}

await runTraining(input, (message, transfer) => {
  port.postMessage(message, transfer);
  if (message.type !== 'epoch' || message.record.epoch !== 2) return;
  if (input.seed === SEEDS.exits) process.exit(7);
  if (input.seed === SEEDS.deaf) for (;;);
  if (input.seed === SEEDS.swells) {
    const hoard: unknown[] = [];
    for (;;) hoard.push(Array.from({ length: 10_000 }, (_, index) => ({ index })));
  }
});
