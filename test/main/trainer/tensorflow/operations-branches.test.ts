import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  attribute,
  openEngine,
  type Engine,
  type Tensor,
} from '../../../../main/trainer/tensorflow/engine.ts';
import * as operations from '../../../../main/trainer/tensorflow/operations/index.ts';
import { numbers } from './small-training.ts';

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 2 });
});
afterAll(() => engine.dispose());

const row = (...values: number[]): Float32Array => Float32Array.from(values);

/** What the body makes, eagerly and traced; the two must be equal. */
function both(body: (...tensors: Tensor[]) => Tensor[], ...inputs: Float32Array[]): number[][] {
  const handles = inputs.map((values) => engine.upload(values, [values.length], 'float32'));
  const eager = engine.tf.tidy(() =>
    body(...handles.map((handle) => engine.tensorOf(handle))).map((tensor) => Array.from(tensor.dataSync())),
  );
  const traced = engine.trace('lists', handles, body);
  const results = traced.call(handles);
  expect(results.map((handle) => Array.from(engine.download(handle) as Float32Array))).toEqual(eager);
  for (const handle of [...handles, ...results]) handle.release();
  traced.dispose();
  return eager;
}

describe('ops that read a list of tensors', () => {
  const [a, b, c] = [row(1, 2), row(10, 20), row(100, 200)];
  const float = attribute.type('T', 'float32');

  it('concatenate, whatever else they read', () => {
    const joined = both((...tensors) => [engine.tf.concat(tensors)], a, b, c);
    expect(joined).toEqual([[1, 2, 10, 20, 100, 200]]);
    const beside = both(
      (x, y) => [
        engine.tf.concat(
          [x!, y!, x!].map((t) => t.reshape([2, 1])),
          1,
        ),
      ],
      a,
      b,
    );
    expect(beside).toEqual([[1, 10, 1, 2, 20, 2]]);
  });

  it('sum', () => {
    const sum = (...tensors: Tensor[]) => engine.op('AddN', [float, attribute.int('N', 3)], tensors, 1);
    expect(both(sum, a, b, c)).toEqual([[111, 222]]);
  });

  it('stack', () => {
    expect(both((...tensors) => [engine.tf.stack(tensors)], a, b)).toEqual([[1, 2, 10, 20]]);
  });

  it('want their number', () => {
    const sum = (...tensors: Tensor[]) => engine.op('AddN', [float], tensors, 1);
    const inputs = [1, 2].map(() => ({ shape: [2], dtype: 'float32' as const }));
    expect(() => engine.trace('sum', inputs, sum)).toThrow(/AddN needs its attribute N/);
  });
});

describe('a sum of branches', () => {
  it('adds no node for its gradient, which is handed on as it is', () => {
    const nodes = (terms: number): number => {
      const { tf } = engine;
      const inputs = Array.from({ length: terms }, () => ({ shape: [4, 4], dtype: 'float32' as const }));
      const traced = engine.trace('sum', inputs, (...tensors) =>
        tf.grads((...xs: Tensor[]) => operations.addAll(engine, xs))(tensors, tensors[0]),
      );
      const { nodes } = traced;
      traced.dispose();
      return nodes;
    };
    // The inputs and one sum.
    expect(nodes(2)).toBe(3);
    expect(nodes(3)).toBe(4);
  });

  it('of one tensor with itself has twice the gradient', () => {
    const { tf } = engine;
    const double = both((x) => [tf.grad((y) => operations.addAll(engine, [y, y]))(x!)], row(1, 2));
    expect(double).toEqual([[2, 2]]);
  });
});

describe('the geometric mean of channels and gates', () => {
  // One image of two places and two channels; the second channel of the second place, and a gate, are zero in turn.
  const gradients = (features: Float32Array, gates: Float32Array): number[][] => {
    const { tf } = engine;
    const mean = (x: Tensor, y: Tensor): Tensor =>
      operations.meanOfChannelsAndGates(engine, tf.reshape(x, [1, 1, 2, 2]), tf.reshape(y, [1, 1, 1, 2]));
    return both(
      (x, y) => [tf.reshape(mean(x!, y!), [4]), ...tf.grads((a: Tensor, b: Tensor) => mean(a, b))([x!, y!])],
      features,
      gates,
    );
  };

  it('has the half of it from each: features and gates times their gradients', () => {
    const [features, gates] = [row(1, 4, 9, 16), row(4, 25)];
    const [mean, ofFeatures, ofGates] = gradients(features, gates);
    expect(mean).toEqual([2, 10, 6, 20]);
    [1, 5, 3, 10].forEach((half, index) =>
      expect(ofFeatures![index]! * features[index]!).toBeCloseTo(half, 5),
    );
    [4, 15].forEach((half, index) => expect(ofGates![index]! * gates[index]!).toBeCloseTo(half, 5));
  });

  it('is zero where either is, and so is its gradient there', () => {
    const [mean, ofFeatures, ofGates] = gradients(row(1, 4, 9, 0), row(0, 25));
    expect(mean).toEqual([0, 10, 0, 0]);
    expect(ofFeatures).toEqual([0, 1.25, 0, 0]);
    expect(ofGates![0]).toBe(0);
    expect(ofGates![1]).toBeCloseTo(0.2, 6);
  });
});

describe('dropout', () => {
  const SIZE = 20_000;
  const ones = row(...Array.from({ length: SIZE }, () => 1));

  /** What is left of ones, and of their gradient. */
  function drop(rate: number, seed: [number, number], stream: [number, number] = [0, 0]): number[][] {
    const { tf } = engine;
    return both((x) => {
      const body = (values: Tensor): Tensor =>
        operations.dropout(engine, values, rate, tf.tensor1d(seed, 'int32'), stream);
      return [body(x!), tf.grad(body)(x!)];
    }, ones);
  }

  it.each([0.1, 0.5, 0.8])('at a rate of %d leaves the rest so much larger that the mean stays', (rate) => {
    const [kept] = drop(rate, [1, 2]);
    const zeros = kept!.filter((value) => value === 0).length;
    // Five standard deviations of the binomial distribution.
    expect(Math.abs(zeros / SIZE - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / SIZE));
    for (const value of new Set(kept)) if (value !== 0) expect(value).toBeCloseTo(1 / (1 - rate), 6);
    const mean = kept!.reduce((sum, value) => sum + value, 0) / SIZE;
    expect(Math.abs(mean - 1)).toBeLessThan(5 * Math.sqrt(rate / (1 - rate) / SIZE));
  });

  it('lets the gradient through where it let the value through', () => {
    const [kept, gradient] = drop(0.4, [3, 4]);
    expect(gradient).toEqual(kept);
  });

  it('draws the same for the same seed and stream, and other zeros for any other', () => {
    const [first] = drop(0.5, [5, 6]);
    expect(drop(0.5, [5, 6])[0]).toEqual(first);
    const others = [
      drop(0.5, [6, 6]),
      drop(0.5, [5, 7]),
      drop(0.5, [5, 6], [1, 0]),
      drop(0.5, [5, 6], [0, 1]),
    ];
    for (const [other] of others) {
      const equal = other!.filter((value, index) => value === first![index]).length / SIZE;
      // Independent draws agree at half the places.
      expect(Math.abs(equal - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / SIZE));
    }
  });

  it('draws the same zeros in every precision', () => {
    const seed = engine.upload(Int32Array.of(7, 8), [2], 'int32');
    const zeros = (['float32', 'float64'] as const).map((precision) => {
      const values = engine.upload(
        precision === 'float32' ? ones : Float64Array.from(ones),
        [SIZE],
        precision,
      );
      const inputs = [values, seed];
      const body = (x?: Tensor, s?: Tensor) => [operations.dropout(engine, x!, 0.3, s!, [1, 2])];
      const traced = engine.trace('dropout', inputs, body, { precision });
      const [result] = traced.call(inputs);
      return Array.from(engine.download(result!) as Float32Array, (value) => value === 0);
    });
    expect(zeros[1]).toEqual(zeros[0]);
  });
});

describe('pooling', () => {
  it('pads with what never is the maximum, and with zeros that count in a mean', () => {
    const { tf } = engine;
    const body = (x?: Tensor): Tensor[] => {
      const image = tf.reshape(x!, [1, 2, 2, 1]);
      const options = { stride: 2, padding: 1 };
      return [
        operations.maxPool(engine, image, 3, options),
        operations.averagePool(engine, image, 3, options),
      ];
    };
    const [largest, mean] = both(body, row(-4, -3, -2, -1));
    expect(largest).toEqual([-1]);
    expect(mean![0]).toBeCloseTo(-10 / 9, 6);
  });

  it('gives the gradient of equal maxima to the first', () => {
    const { tf } = engine;
    const body = (x?: Tensor): Tensor[] => [
      tf.grad((image) => operations.maxPool(engine, tf.reshape(image, [1, 2, 4, 1]), 2, { stride: 2 }))(x!),
    ];
    expect(both(body, row(1, 5, 2, 2, 5, 5, 2, 2))).toEqual([[0, 1, 1, 0, 0, 0, 0, 0]]);
  });
});

describe('convolutions in float64, without ops that know groups and dilation', () => {
  it('agree with those of float32 that do', () => {
    const inputs = { x: [2, 7, 7, 4], grouped: [3, 3, 2, 6], deep: [3, 3, 4, 2] };
    const outcomes = (['float32', 'float64'] as const).map((precision) => {
      const handles = Object.values(inputs).map((shape, index) => {
        const values = numbers(
          shape.reduce((a, b) => a * b, 1),
          index + 1,
        );
        return engine.upload(precision === 'float32' ? Float32Array.from(values) : values, shape, precision);
      });
      const body = (...tensors: Tensor[]): Tensor[] => {
        const [x, grouped, deep] = tensors as [Tensor, Tensor, Tensor];
        const options = { stride: 2, padding: 2, dilation: 2 };
        return [
          operations.conv2d(engine, x, grouped, { ...options, groups: 2 }),
          operations.depthwiseConv2d(engine, x, deep, options),
        ];
      };
      const traced = engine.trace('convolutions', handles, body, { precision });
      return traced.call(handles).map((handle) => Array.from(engine.download(handle) as Float32Array));
    });
    outcomes[0]!.forEach((values, output) =>
      values.forEach((value, index) => expect(value).toBeCloseTo(outcomes[1]![output]![index]!, 4)),
    );
  });
});
