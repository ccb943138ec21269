import { expect, test } from 'vitest';
import { completeSpecification } from '../../../common/run-specification.ts';
import { estimateStudy } from '../../../main/studies/estimate.ts';
import type { StudyRun } from '../../../main/studies/plan-study.ts';
import type { MeasuredSpeed } from '../../../main/workspace/messages.ts';

const specification = completeSpecification({
  dataset: { name: 'mnist' },
  model: { name: 'lenet-300-100' },
  batchSize: 100,
  epochs: 10,
  optimizer: { name: 'sgd' },
  learningRate: { name: 'constant', rate: 0.1 },
  pruning: null,
  retraining: { name: 'none' },
  thresholds: [{ absolute: 1e-2 }, { absolute: 1e-4 }],
  referenceEpoch: 0,
});
/** A thousand weights on fifty thousand images; a checkpoint of 4 · 1100 · 2 + 1000 bytes after every epoch. */
const RUN: StudyRun = {
  id: 'a',
  hash: 'a',
  seed: 0,
  specification,
  arms: ['arm'],
  named: true,
  control: null,
  previousMask: null,
  trunk: null,
  masks: null,
  epochs: 10,
  stepsPerEpoch: 500,
  pruningEpochs: [],
  size: { weights: 1000, parameters: 1100, macs: 1000, images: 50_000, slots: 1, checkpointEvery: 1 },
};
const CHECKPOINT = 4 * 1100 * 2 + 1000 / 8;

const measured = (change: Partial<MeasuredSpeed>): MeasuredSpeed => ({
  dataset: specification.dataset,
  model: specification.model,
  batchSize: 100,
  weights: 2000,
  macs: 2000,
  secondsPerEpoch: 4,
  steps: 500,
  bytesPerEpoch: 300,
  ...change,
});

test('goes by runs of the same network, data and batch', () => {
  expect(estimateStudy([{ run: RUN, done: 0 }], null, [measured({})])).toEqual({
    runs: 1,
    seconds: 40,
    measured: true,
    bytes: 10 * 300 + 11 * CHECKPOINT,
  });
});

test('leaves out epochs that are there, and those of the trunk', () => {
  const leaving = { ...RUN, trunk: { id: 'b', epoch: 7, rewindEpoch: null } };
  const estimate = estimateStudy(
    [
      { run: leaving, done: 0 },
      { run: RUN, done: 9 },
    ],
    null,
    [measured({})],
  );
  expect(estimate.seconds).toBe((3 + 1) * 4);
});

test('scales by multiply-accumulates and weights where only other networks were measured', () => {
  // 4 s for 2000 operations on 500 · 50 images: half the operations on twice the images take as long.
  expect(estimateStudy([{ run: RUN, done: 0 }], null, [measured({ batchSize: 50 })])).toEqual({
    runs: 1,
    seconds: 10 * 4 * (1000 / 2000) * (50_000 / 25_000),
    measured: false,
    bytes: 10 * 150 + 11 * CHECKPOINT,
  });
});

test('claims no time where nothing was measured', () => {
  const { seconds, bytes } = estimateStudy([{ run: RUN, done: 0 }], 5, []);
  expect(seconds).toBeNull();
  // A twentieth of four bits a weight, and three checkpoints.
  expect(bytes).toBeCloseTo(10 * 1000 * 0.5 * 0.05 + 3 * CHECKPOINT, 6);
});
