import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generator, normals } from '../../../../main/trainer/random.ts';
import { losses as lossRegistry } from '../../../../main/trainer/loss/registry.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', precision: 'float64' });
});
afterAll(() => engine?.dispose());

const BATCH = 6;
const CLASSES = 5;
const logits = normals(BATCH * CLASSES, generator(1, 'logits')).map((x) => 3 * x);
const labels = [0, 4, 2, 2, 1, 3];
const partners = [3, 1, 5, 0, 2, 4];

function found(options: object, share: number | null) {
  const traced = engine.trace(
    'loss',
    [
      { shape: [BATCH, CLASSES], dtype: 'float64' },
      { shape: [BATCH], dtype: 'int32' },
    ],
    (scores, wanted) => {
      const mixture =
        share === null
          ? null
          : {
              partners: engine.constant(Int32Array.from(partners), [BATCH], 'int32'),
              share: engine.scalar(share),
            };
      const { losses, correct } = lossRegistry
        .open({ name: 'cross-entropy', ...options })
        .losses(engine, scores!, wanted!, mixture);
      return [losses, engine.tf.cast(correct, 'float32')];
    },
  );
  const inputs = [
    engine.upload(logits, [BATCH, CLASSES], 'float64'),
    engine.upload(Int32Array.from(labels), [BATCH], 'int32'),
  ];
  const outputs = traced.call(inputs);
  const values = outputs.map((output) => [...(engine.download(output) as Float64Array)]);
  for (const used of [...inputs, ...outputs]) used.release();
  traced.dispose();
  return { losses: values[0]!, correct: values[1]! };
}

function expected(smoothing: number, share: number) {
  const losses: number[] = [];
  const correct: number[] = [];
  for (let example = 0; example < BATCH; example++) {
    const scores = [...logits.subarray(example * CLASSES, (example + 1) * CLASSES)];
    const sum = Math.log(scores.reduce((total, score) => total + Math.exp(score), 0));
    const [own, other] = [labels[example]!, labels[partners[example]!]!];
    const answer = scores.indexOf(Math.max(...scores));
    const target = scores.map(
      (_, index) =>
        (1 - smoothing) * (share * Number(index === own) + (1 - share) * Number(index === other)) +
        smoothing / CLASSES,
    );
    losses.push(scores.reduce((total, score, index) => total + target[index]! * (sum - score), 0));
    correct.push(share * Number(answer === own) + (1 - share) * Number(answer === other));
  }
  return { losses, correct };
}

describe.each([
  ['plain', {}, null],
  ['smoothed', { labelSmoothing: 0.2 }, null],
  ['mixed', { mixup: 1 }, 0.3],
  ['mixed and smoothed', { mixup: 1, labelSmoothing: 0.1 }, 0.8],
  ['mixed with nothing', { mixup: 1 }, 1],
] as const)('%s', (_name, options, share) => {
  test('is what its definition says', () => {
    const wanted = expected('labelSmoothing' in options ? options.labelSmoothing : 0, share ?? 1);
    const { losses, correct } = found(options, share);
    losses.forEach((loss, index) => expect(loss).toBeCloseTo(wanted.losses[index]!, 12));
    correct.forEach((right, index) => expect(right).toBeCloseTo(wanted.correct[index]!, 12));
    expect(wanted.correct.some((right) => right > 0)).toBe(true);
  });
});
