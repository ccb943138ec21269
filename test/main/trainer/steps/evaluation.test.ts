import { afterAll, beforeAll, expect, test } from 'vitest';
import { TrainingSession } from '../../../../main/trainer/session/session.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import { logitsOf } from '../../../common/cascade/float64-network.ts';
import { DEPTHWISE, epochOf, LENET, smallDataset, specification, tensorsOf } from '../session/small-runs.ts';

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 2 });
});
afterAll(() => engine?.dispose());

// More than the 500 of a batch, so that there is a smaller one.
const dataset = smallDataset({ test: 520 });

test.each([
  ['dense', LENET],
  ['depthwise, with running statistics', DEPTHWISE],
  ['convolutional, at odd sizes', { name: 'conv-bn-relu', widths: [4, 6, 5], strides: [2, 2, 2] }],
])('the evaluation of a %s net is that of its definition', (_name, model) => {
  const session = new TrainingSession(engine, specification({ model }), dataset, 1);
  epochOf(session);
  const { test, validation } = session.evaluate();
  const values = tensorsOf(session.checkpoint()) as Map<string, Float32Array>;
  for (const [split, found] of [
    [dataset.test, test],
    [dataset.validation!, validation!],
  ] as const) {
    let [loss, correct] = [0, 0];
    for (let image = 0; image < split.count; image++) {
      const bytes = split.images.subarray(image * 64, (image + 1) * 64);
      const pixels = Float64Array.from(
        bytes,
        (byte) => (byte / 255 - dataset.mean[0]!) / dataset.standardDeviation[0]!,
      );
      const logits = [...logitsOf(session.network, values, pixels)];
      const label = split.labels[image]!;
      const largest = Math.max(...logits);
      loss += largest + Math.log(logits.reduce((sum, x) => sum + Math.exp(x - largest), 0)) - logits[label]!;
      if (logits.indexOf(largest) === label) correct++;
    }
    expect(found.loss).toBeCloseTo(loss / split.count, 5);
    expect(found.accuracy).toBe(correct / split.count);
  }
  session.dispose();
});
