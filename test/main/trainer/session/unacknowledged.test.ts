import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import {
  COMMAND_STOP,
  CONTROL_ACKNOWLEDGED,
  CONTROL_COMMAND,
  CONTROL_WORDS,
  type TrainerInput,
} from '../../../../main/trainer/messages.ts';
import { runTraining } from '../../../../main/trainer/session/run.ts';
import { createLedger } from '../../../../main/trainer/tensorflow/ledger.ts';
import { specification } from './small-runs.ts';

/** Acknowledges the first records as they come, and stops the run some time after the one that follows them. */
const ACKNOWLEDGER = `
  const { workerData: { control, seen, acknowledged } } = require('node:worker_threads');
  const [words, sent] = [new Int32Array(control), new Int32Array(seen)];
  const patience = 300;
  for (let record = 1; record <= acknowledged; record++) {
    while (Atomics.load(sent, 0) < record) Atomics.wait(sent, 0, record - 1, patience);
    Atomics.store(words, ${CONTROL_ACKNOWLEDGED}, record);
    Atomics.notify(words, ${CONTROL_ACKNOWLEDGED});
  }
  while (Atomics.load(sent, 0) <= acknowledged) Atomics.wait(sent, 0, acknowledged, patience);
  // Time in which a run that does not wait goes on.
  Atomics.wait(sent, 0, acknowledged + 1, patience);
  Atomics.store(words, ${CONTROL_COMMAND}, ${COMMAND_STOP});
  Atomics.notify(words, ${CONTROL_ACKNOWLEDGED});
`;

test.each([0, 2])(
  'with %i records on disk the next is sent, and none after it until that is on disk too',
  async (acknowledged) => {
    const control = new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT);
    const seen = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const worker = new Worker(ACKNOWLEDGER, { eval: true, workerData: { control, seen, acknowledged } });
    const input: TrainerInput = {
      specification: specification({
        dataset: { name: 'synthetic', height: 8, width: 8, channels: 1, classes: 4, train: 32, test: 8 },
        epochs: 12,
      }),
      seed: 1,
      application: 'test',
      threads: 1,
      gpu: null,
      compile: null,
      checkpoint: null,
      shared: null,
      rewind: null,
      masks: null,
      datasetHash: null,
      checkpointEvery: null,
      checkpointEpochs: [],
      until: null,
      control,
      ledger: createLedger(),
    };
    const epochs: number[] = [];
    let last = '';
    await runTraining(input, (message) => {
      last = message.type;
      if (message.type !== 'epoch') return;
      epochs.push(message.record.epoch);
      Atomics.add(new Int32Array(seen), 0, 1);
      Atomics.notify(new Int32Array(seen), 0);
    });
    await worker.terminate();
    expect(epochs).toEqual(Array.from({ length: acknowledged + 1 }, (_, epoch) => epoch));
    expect(last).toBe('stopped');
  },
);
