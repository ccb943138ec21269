import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generator, integer } from '../../../../main/trainer/random.ts';
import { NetworkBuilder } from '../../../../main/trainer/network/builder.ts';
import { uploadSplit } from '../../../../main/trainer/steps/device-data.ts';
import { DeviceState } from '../../../../main/trainer/steps/device-state.ts';
import { EvaluationStep, type Evaluation } from '../../../../main/trainer/steps/evaluation-step.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 2 });
});
afterAll(() => engine?.dispose());

/** Evaluates a network that answers with its own image: the logits of an example are its bytes − 100. */
function answer(logits: readonly (readonly number[])[], labels: readonly number[], keep = true): Evaluation {
  const classes = logits[0]!.length;
  const network = new NetworkBuilder('identity', [1, 1, classes], classes, { minimum: 0, maximum: 255 })
    .dense('out', classes, { bias: false })
    .build();
  const identity = Float32Array.from({ length: classes ** 2 }, (_, at) => (at % (classes + 1) === 0 ? 1 : 0));
  const state = new DeviceState(engine, network, [], new Map([['out.weight', identity]]));
  const images = Uint8Array.from(logits.flat(), (logit) => logit + 100);
  const split = { images, labels: Int32Array.from(labels), count: labels.length };
  const data = uploadSplit(engine, split, [1, 1, classes], false);
  const deviation = new Array<number>(classes).fill(1 / 255);
  const mean = new Array<number>(classes).fill(100 / 255);
  const step = new EvaluationStep(engine, network, { mean, deviation });
  const found = step.run(data, state, { keep });
  step.dispose();
  state.dispose();
  data.images.release();
  data.labels.release();
  return found;
}

describe('by hand', () => {
  /** Logits, label; predicted class, margin, whether the right class is among the first five. */
  const EXAMPLES: [number[], number, number, number, boolean][] = [
    [[9, 1, 2, 3, 4, 5, 6], 0, 0, 3, true],
    [[9, 1, 2, 3, 4, 5, 6], 6, 0, -3, true],
    [[9, 1, 2, 3, 4, 5, 6], 3, 0, -6, true],
    [[9, 1, 2, 3, 4, 5, 6], 2, 0, -7, false],
    // Of equal logits those of the lower index come first: a network that says nothing is no good at five.
    [[7, 7, 7, 7, 7, 7, 7], 0, 0, 0, true],
    [[7, 7, 7, 7, 7, 7, 7], 4, 0, 0, true],
    [[7, 7, 7, 7, 7, 7, 7], 5, 0, 0, false],
    [[0, 8, 0, 8, 0, 0, 0], 3, 1, 0, true],
    [[-9, -8, -7, -6, -5, -4, -3], 6, 6, 1, true],
    [[-9, -8, -7, -6, -5, -4, -3], 0, 6, -6, false],
  ];
  const found = (keep = true) =>
    answer(
      EXAMPLES.map(([logits]) => logits),
      EXAMPLES.map(([, label]) => label),
      keep,
    );

  test('top-1, top-5, classes, predictions and margins', () => {
    const { accuracy, topFive, classes, predictions } = found();
    expect(accuracy).toBe(3 / 10);
    expect(topFive).toBe(7 / 10);
    expect([...classes.examples]).toEqual([3, 0, 1, 2, 1, 1, 2]);
    expect([...classes.correct]).toEqual([2, 0, 0, 0, 0, 0, 1]);
    expect([...predictions!.labels]).toEqual(EXAMPLES.map(([, label]) => label));
    expect([...predictions!.predicted]).toEqual(EXAMPLES.map(([, , predicted]) => predicted));
    predictions!.margins.forEach((margin, at) => expect(margin).toBeCloseTo(EXAMPLES[at]![3], 4));
  });

  test('predictions are kept only where they are asked for, and the rest is the same', () => {
    expect(found(false)).toEqual({ ...found(), predictions: null });
  });

  test.each([
    [5, null],
    [6, 1 / 2],
  ])('of %i classes, the share within five is %s', (classes, expected) => {
    const logits = Array.from({ length: classes }, (_, index) => 10 - index);
    expect(answer([logits, logits], [0, classes - 1]).topFive).toBe(expected);
  });
});

test('two batches of random logits, against brute force', () => {
  const random = generator(1, 'logits');
  const classes = 12;
  // Few values, so that many are equal.
  const logits = Array.from({ length: 777 }, () =>
    Array.from({ length: classes }, () => integer(9, random) - 6),
  );
  const labels = logits.map(() => integer(classes, random));
  const { accuracy, topFive, classes: counts, predictions } = answer(logits, labels);

  const orders = logits.map((row) =>
    row.map((value, index) => ({ value, index })).sort((a, b) => b.value - a.value || a.index - b.index),
  );
  const right = labels.map((label, at) => orders[at]![0]!.index === label);
  const shareOf = (bits: boolean[]): number => bits.filter(Boolean).length / bits.length;
  expect(accuracy).toBe(shareOf(right));
  const five = labels.map((label, at) => orders[at]!.slice(0, 5).some(({ index }) => index === label));
  expect(topFive).toBe(shareOf(five));
  for (let number = 0; number < classes; number++) {
    const members = labels.flatMap((label, at) => (label === number ? [at] : []));
    expect(counts.examples[number]).toBe(members.length);
    expect(counts.correct[number]).toBe(members.filter((at) => right[at]).length);
  }
  expect([...predictions!.predicted]).toEqual(orders.map(([first]) => first!.index));
  labels.forEach((label, at) => {
    const others = orders[at]!.find(({ index }) => index !== label)!.value;
    expect(predictions!.margins[at]).toBeCloseTo(logits[at]![label]! - others, 4);
  });
});
