import { afterAll, beforeAll, expect, test } from 'vitest';
import { effectiveMacs } from '../../../../common/cascade/macs.ts';
import type { RunSpecification } from '../../../../common/run-specification.ts';
import { RECKONED_MEASURES } from '../../../../common/measures/registry.ts';
import { decodeSafetensors, float32Of } from '../../../../main/codec/safetensors.ts';
import { maskOf } from '../../../../main/codec/checkpoint-masks.ts';
import { TrainingSession } from '../../../../main/trainer/session/session.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import { ADAM, DEPTHWISE, pruningAfter, smallDataset, specification } from './small-runs.ts';

let engine: Engine;
beforeAll(() => void (engine = openEngine({ threads: 2 })));
afterAll(() => engine.dispose());

const CHANGE: Partial<RunSpecification> = {
  model: DEPTHWISE,
  optimizer: ADAM,
  epochs: 2,
  pruning: pruningAfter(1, { layers: { kinds: ['depthwise'], names: [], except: [] }, sparsity: 0.7 }),
  retraining: { name: 'fine-tune', epochs: 1 },
  augmentation: [{ name: 'horizontal-flip' }],
};
const open = (): TrainingSession => new TrainingSession(engine, specification(CHANGE), smallDataset(), 4);

test('measuring changes no bit of the training', () => {
  const [measured, alone] = [open(), open()];
  measured.measure();
  while (measured.epoch < measured.plan.epochs) {
    for (const session of [measured, alone]) {
      session.trainEpoch(() => undefined);
      session.pruneIfPlanned();
    }
    measured.measure();
    measured.evaluate();
  }
  expect(measured.checkpoint()).toEqual(alone.checkpoint());
  for (const session of [measured, alone]) session.dispose();
});

test('what is left of the network by compaction is measured with it, and a gradient for every layer', () => {
  const session = open();
  session.trainEpoch(() => undefined);
  const before = session.measure();
  expect(before.layers.map(({ compacted }) => compacted)).toEqual(
    before.layers.map(({ weights }) => weights),
  );
  session.pruneIfPlanned();
  const { layers, compactedParameters } = session.measure();
  const costs = effectiveMacs(session.network, layers);
  expect(layers.map(({ compacted }) => compacted)).toEqual(
    costs.layers.map(({ compacted }) => compacted.weights),
  );
  expect(compactedParameters).toBe(costs.compacted.parameters);
  for (const { gradientNorm } of layers) expect(gradientNorm).toBeGreaterThan(0);
  // What is pruned has no gradient any more.
  const depthwise = session.network.layers.findIndex(({ kind }) => kind === 'depthwise');
  expect(layers[depthwise]!.gradientNorm).not.toBe(before.layers[depthwise]!.gradientNorm);
  session.dispose();
});

test('measures that are stored by their ids are reckoned of every layer and of the network, as the checkpoint has its weights', () => {
  const session = open();
  session.trainEpoch(() => undefined);
  session.pruneIfPlanned();
  const { layers, measured } = session.measure();
  const checkpoint = decodeSafetensors(session.checkpoint());
  let [all, kept] = [0, 0];
  session.network.layers.forEach((layer, index) => {
    const weights = float32Of(checkpoint.tensors.get(layer.kernel)!);
    const mask = maskOf(checkpoint, layer);
    let [sum, count] = [0, 0];
    mask.forEach((bit, place) => {
      if (bit === 0) return;
      sum += Math.abs(weights[place]!);
      count += 1;
    });
    expect(layers[index]!.measured['meanMagnitude']).toBeCloseTo(sum / count, 12);
    all += sum;
    kept += count;
  });
  expect(kept).toBeLessThan(session.network.layers.reduce((sum, { weights }) => sum + weights, 0));
  expect(measured['meanMagnitude']).toBeCloseTo(all / kept, 12);
  expect(Object.keys(measured)).toEqual(RECKONED_MEASURES.map(({ id }) => id));
  session.dispose();
});

test('every prediction is kept before and after a pruning and at the end, and nowhere else', () => {
  const session = open();
  const marks: [number, string][] = [];
  const note = (moment: string, kept: unknown): void => {
    if (kept) marks.push([session.epoch, moment]);
  };
  for (let first = true; first || session.epoch < session.plan.epochs; first = false) {
    if (!first) session.trainEpoch(() => undefined);
    const pruned = session.pruneIfPlanned();
    note('before', pruned?.before.predictions);
    const { test, validation } = session.evaluate(pruned?.test);
    note('epoch', test.predictions);
    expect(validation!.predictions).toBeNull();
    expect([...test.classes.examples].reduce((sum, count) => sum + count)).toBe(40);
    const right = [...test.classes.correct].reduce((sum, count) => sum + count);
    expect(right / 40).toBe(test.accuracy);
    if (!pruned) continue;
    // The cut shows in the predictions.
    expect(pruned.before.predictions!.labels).toEqual(pruned.test.predictions!.labels);
    expect(pruned.before.predictions!.margins).not.toEqual(pruned.test.predictions!.margins);
  }
  expect(marks).toEqual([
    [1, 'before'],
    [1, 'epoch'],
    [session.plan.epochs, 'epoch'],
  ]);
  session.dispose();
});
