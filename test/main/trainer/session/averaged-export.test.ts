import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkpointToPyTorch } from '../../../../main/codec/pytorch-layout.ts';
import { TrainingSession } from '../../../../main/trainer/session/session.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import { pruningAfter, smallDataset, specification } from './small-runs.ts';

let engine: Engine;
const folder = mkdtempSync(join(tmpdir(), 'cascade-average-'));
beforeAll(() => void (engine = openEngine({ device: 'cpu', threads: 1 })));
afterAll(() => {
  engine?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

test('what is exported of averaged weights, pruned ones among them, gives the very losses that are logged', () => {
  const dataset = smallDataset();
  const model = { name: 'conv-bn-relu', widths: [6, 8], strides: [1, 2] };
  const trained = new TrainingSession(
    engine,
    specification({
      model,
      averaging: { name: 'exponential', decay: 0.9 },
      pruning: pruningAfter(1, { criterion: { name: 'magnitude' }, sparsity: 0.5 }),
    }),
    dataset,
    1,
  );
  for (let epoch = 0; epoch < 2; epoch++) {
    trained.trainEpoch(() => undefined);
    trained.pruneIfPlanned();
  }
  const logged = trained.evaluate().test;
  const weights = join(folder, 'weights.safetensors');
  writeFileSync(weights, checkpointToPyTorch(trained.network, trained.checkpoint()));
  trained.dispose();

  const loaded = new TrainingSession(engine, specification({ model: { ...model, weights } }), dataset, 1);
  const { test: again } = loaded.evaluate();
  expect(again.loss).toBe(logged.loss);
  expect(again.accuracy).toBe(logged.accuracy);
  loaded.dispose();
});
