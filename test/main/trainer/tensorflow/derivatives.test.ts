import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generator, normals } from '../../../../main/trainer/random.ts';
import {
  DERIVATIVE_RULES,
  type DerivativeRule,
} from '../../../../main/trainer/tensorflow/derivative-rules.ts';
import { openEngine, type Engine, type Tensor } from '../../../../main/trainer/tensorflow/engine.ts';
import {
  addAll,
  averagePool,
  batchNormTraining,
  conv2d,
  dense,
  depthwiseConv2d,
  dropout,
  globalAveragePool,
  hardSigmoid,
  hardSwish,
  maxPool,
  relu,
  relu6,
  scaleChannels,
  shortcut,
  sigmoid,
  sparseSoftmaxCrossEntropy,
  swish,
} from '../../../../main/trainer/tensorflow/operations/index.ts';

let engine: Engine;
/** Rules that some case went through. */
const tried = new Set<string>();
const rules = DERIVATIVE_RULES as Record<string, DerivativeRule>;
const originals = { ...rules };

beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 1 });
  for (const [name, rule] of Object.entries(originals))
    rules[name] = (op) => {
      tried.add(name);
      return rule(op);
    };
});
afterAll(() => {
  Object.assign(rules, originals);
  engine?.dispose();
});

type Values = Float64Array[];
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
const draw = (shapes: readonly (readonly number[])[], purpose: string): Values =>
  shapes.map((shape, index) => normals(sizeOf(shape), generator(2, purpose, index)));

/** The gradients of Σ(f + f²/2)·c in all inputs, and their derivatives along a direction in all of them. */
function secondOrder(shapes: readonly number[][], body: (...inputs: Tensor[]) => Tensor) {
  const inputs = shapes.map((shape) => ({ shape, dtype: 'float64' as const }));
  const gradients = (given: Tensor[]): Tensor[] =>
    engine.tf.grads((...tensors: Tensor[]) => {
      const output = body(...tensors);
      const weights = engine.constant(normals(output.size, generator(2, 'weights')), output.shape, 'float64');
      const curved = engine.tf.add(output, engine.tf.mul(engine.tf.square(output), engine.scalar(0.5)));
      return engine.tf.sum(engine.tf.mul(curved, weights)).asScalar();
    })(given);
  const gradient = engine.trace('gradient', inputs, (...given) => gradients(given), { precision: 'float64' });
  const product = engine.trace(
    'product',
    [...inputs, ...inputs],
    (...given) => {
      const [values, directions] = [given.slice(0, shapes.length), given.slice(shapes.length)];
      values.forEach((value, index) => engine.setDirection(value, directions[index]!));
      return gradients(values).map((each) => engine.derivativeOf(each));
    },
    { precision: 'float64', derivatives: true },
  );
  const call = (traced: typeof product, values: Values): Values => {
    const handles = values.map((each, index) =>
      engine.upload(each, shapes[index % shapes.length]!, 'float64'),
    );
    const outputs = traced.call(handles);
    const results = outputs.map((handle) => engine.download(handle) as Float64Array);
    for (const handle of [...handles, ...outputs]) handle.release();
    return results;
  };
  return {
    gradient: (values: Values) => call(gradient, values),
    product: (values: Values, directions: Values) => call(product, [...values, ...directions]),
    dispose() {
      gradient.dispose();
      product.dispose();
    },
  };
}

const IMAGES = [2, 6, 6, 4];
const padded = { stride: 2, padding: 1 };
const cases: [string, number[][], (...inputs: Tensor[]) => Tensor][] = [
  ['conv2d', [IMAGES, [3, 3, 4, 3]], (x, w) => conv2d(engine, x!, w!, padded)],
  ['conv2d, rotated', [IMAGES, [3, 3, 4, 3]], (x, w) => conv2d(engine, x!, w!, { ...padded, rotated: true })],
  ['conv2d, dilated', [IMAGES, [3, 3, 4, 3]], (x, w) => conv2d(engine, x!, w!, { padding: 2, dilation: 2 })],
  ['conv2d, in groups', [IMAGES, [3, 3, 2, 6]], (x, w) => conv2d(engine, x!, w!, { padding: 1, groups: 2 })],
  ['conv2d, pointwise at stride 2', [IMAGES, [1, 1, 4, 3]], (x, w) => conv2d(engine, x!, w!, { stride: 2 })],
  ['depthwise', [IMAGES, [3, 3, 4, 2]], (x, w) => depthwiseConv2d(engine, x!, w!, padded)],
  ['dense', [[5, 4], [4, 3], [3]], (x, w, b) => dense(engine, x!, w!, b!)],
  ...Object.entries({ relu, relu6, sigmoid, hardSigmoid, hardSwish, swish }).map(
    ([name, activate]): [string, number[][], (...inputs: Tensor[]) => Tensor] => [
      name,
      [IMAGES],
      // Far enough from zero that each of its pieces is met.
      (x) => activate(engine, engine.tf.mul(x!, engine.scalar(4))),
    ],
  ),
  ['max pooling', [IMAGES], (x) => maxPool(engine, x!, 2, { stride: 2 })],
  ['max pooling, padded', [IMAGES], (x) => maxPool(engine, x!, 3, padded)],
  ['average pooling', [IMAGES], (x) => averagePool(engine, x!, 3, padded)],
  ['global average pooling', [IMAGES], (x) => globalAveragePool(engine, x!)],
  ['addition', [IMAGES, IMAGES, IMAGES], (...x) => addAll(engine, [addAll(engine, x), x[0]!])],
  ['gates', [IMAGES, [2, 1, 1, 4]], (x, gates) => scaleChannels(engine, x!, gates!)],
  [
    'the shortcut without parameters',
    [IMAGES],
    (x) => shortcut(engine, x!, { stride: 2, before: 1, after: 2 }),
  ],
  ['dropout', [IMAGES], (x) => dropout(engine, x!, 0.5, engine.tf.tensor1d([3, 4], 'int32'), [5, 6])],
  [
    'batch norm',
    [IMAGES, [4], [4]],
    (x, gamma, beta) => {
      const running = { mean: engine.tf.zeros([4]), variance: engine.tf.ones([4]) };
      return batchNormTraining(engine, x!, gamma!, beta!, running).output;
    },
  ],
  [
    'cross-entropy',
    [[5, 4]],
    (x) => sparseSoftmaxCrossEntropy(engine, x!, engine.tf.tensor1d([0, 3, 1, 1, 2], 'int32')),
  ],
];

describe('the derivative of a gradient along a direction', () => {
  test.each(cases)('%s: that of finite differences', (_name, shapes, body) => {
    const values = draw(shapes, 'values');
    const directions = draw(shapes, 'directions');
    const order = secondOrder(shapes, body);
    const step = 1e-6;
    const beside = (sign: number): Values =>
      order.gradient(
        values.map((each, index) => each.map((x, i) => x + sign * step * directions[index]![i]!)),
      );
    const [ahead, behind] = [beside(1), beside(-1)];
    const found = order.product(values, directions);
    order.dispose();
    found.forEach((each, index) => {
      const wanted = each.map((_, i) => (ahead[index]![i]! - behind[index]![i]!) / (2 * step));
      const scale = Math.max(Math.hypot(...wanted), 1);
      expect(Math.hypot(...each.map((x, i) => x - wanted[i]!)) / scale, `input ${index}`).toBeLessThan(1e-7);
    });
    expect(found.some((each) => each.some((x) => x !== 0))).toBe(true);
  });

  test('every rule was tried', () => {
    expect([...tried].sort()).toEqual(Object.keys(originals).sort());
  });
});

test('an op without a rule is refused by its name, and only where a direction goes through it', () => {
  const shape = { shape: [3], dtype: 'float64' as const };
  const traced = (moves: boolean) => (): unknown =>
    engine.trace(
      'floor',
      [shape, shape],
      (x, direction) => {
        if (moves) engine.setDirection(x!, direction!);
        return [engine.derivativeOf(engine.tf.floor(x!))];
      },
      { precision: 'float64', derivatives: true },
    );
  expect(traced(true)).toThrow(/The op Floor has no rule/);
  expect(traced(false)).not.toThrow();
});

test('directions belong into a trace that asked for derivatives', () => {
  const x = { shape: [2], dtype: 'float32' as const };
  expect(() =>
    engine.trace('plain', [x, x], (value, direction) => {
      engine.setDirection(value!, direction!);
      return [value!];
    }),
  ).toThrow(/Only a trace with derivatives/);
});

test('along a direction of one input alone, the others rest', () => {
  const shape = { shape: [2], dtype: 'float64' as const };
  const product = engine.trace(
    'product',
    [shape, shape, shape],
    (x, y, direction) => {
      engine.setDirection(x!, direction!);
      return [engine.derivativeOf(engine.tf.div(y!, x!)), engine.derivativeOf(engine.tf.neg(y!))];
    },
    { precision: 'float64', derivatives: true },
  );
  const handles = [
    [2, 4],
    [3, 5],
    [1, 10],
  ].map((each) => engine.upload(Float64Array.from(each), [2], 'float64'));
  const [quotient, none] = product.call(handles).map((handle) => [...engine.download(handle)]);
  expect(quotient).toEqual([-3 / 4, -50 / 16]);
  expect(none).toEqual([0, 0]);
});
