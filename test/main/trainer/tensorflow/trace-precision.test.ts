import { afterEach, expect, test } from 'vitest';
import { generator, normals } from '../../../../main/trainer/random.ts';
import {
  openEngine,
  type Engine,
  type Precision,
  type Tensor,
  type TypedArray,
} from '../../../../main/trainer/tensorflow/engine.ts';
import {
  batchNormTraining,
  conv2d,
  dense,
  globalAveragePool,
  relu,
  sparseSoftmaxCrossEntropy,
} from '../../../../main/trainer/tensorflow/operations/index.ts';

let engine: Engine;
afterEach(() => engine?.dispose());

const IMAGES = [6, 7, 7, 2];
const SHAPES = [[3, 3, 2, 5], [5], [5], [5, 3], [3]];
const LABELS = Int32Array.of(0, 1, 2, 2, 1, 0);

function values(shape: readonly number[], counter: number): Float64Array {
  const size = shape.reduce((product, length) => product * length, 1);
  return normals(size, generator(4, 'trace precision', counter));
}

/** Gradients of a convolution, batch norm, ReLU and dense net, traced in float64 whatever the engine's own precision is. */
function gradients(precision: Precision, asked?: Precision): TypedArray[] {
  engine = openEngine({ device: 'cpu', threads: 1, precision });
  const shapes = [IMAGES, ...SHAPES];
  const traced = engine.trace(
    'gradients',
    [
      ...shapes.map((shape) => ({ shape, dtype: 'float64' as const })),
      { shape: [LABELS.length], dtype: 'int32' },
    ],
    (images, ...rest) => {
      expect(engine.precision).toBe('float64');
      const labels = rest.pop()!;
      const running = { mean: engine.tf.zeros([5]), variance: engine.tf.ones([5]) };
      return engine.tf.grads((kernel, gamma, beta, head, bias) => {
        const convolved = conv2d(engine, images!, kernel as Tensor, { stride: 2, padding: 1 });
        const { output } = batchNormTraining(engine, convolved, gamma as Tensor, beta as Tensor, running);
        const pooled = globalAveragePool(engine, relu(engine, output));
        const logits = dense(engine, pooled, head as Tensor, bias as Tensor);
        return engine.tf.mean(sparseSoftmaxCrossEntropy(engine, logits, labels)).asScalar();
      })(rest) as Tensor[];
    },
    asked && { precision: asked },
  );
  const handles = [
    ...shapes.map((shape, counter) => engine.upload(values(shape, counter), shape, 'float64')),
    engine.upload(LABELS, [LABELS.length], 'int32'),
  ];
  const result = traced.call(handles).map((handle) => engine.download(handle));
  engine.dispose();
  return result;
}

test('a trace in float64 of a float32 engine gives the bits of a float64 engine', () => {
  const theirs = gradients('float64');
  const ours = gradients('float32', 'float64');
  expect(ours).toHaveLength(SHAPES.length);
  ours.forEach((values, index) => {
    expect(values).toBeInstanceOf(Float64Array);
    expect(values.some((value) => Number(value) !== Math.fround(Number(value)))).toBe(true);
    expect(Buffer.from(values.buffer).equals(Buffer.from(theirs[index]!.buffer))).toBe(true);
  });
});

test('and a float64 engine can trace in float32', () => {
  engine = openEngine({ device: 'cpu', threads: 1, precision: 'float64' });
  const traced = engine.trace(
    'single',
    [{ shape: [2], dtype: 'float32' }],
    (x) => [engine.tf.add(x!, engine.scalar(0.1))],
    { precision: 'float32' },
  );
  expect(traced.outputs[0]!.dtype).toBe('float32');
  const [sum] = traced.call([engine.upload(Float32Array.of(1, 2), [2], 'float32')]);
  expect([...engine.download(sum!)]).toEqual([Math.fround(1.1), Math.fround(2.1)]);
});

test('afterwards the engine is as before, also when the body throws or tries to trace inside', () => {
  engine = openEngine({ device: 'cpu', threads: 1 });
  const float64 = [{ shape: [2], dtype: 'float64' as const }];
  const single = (): string => {
    const made = engine.tf.tensor1d([1, 2]).add(engine.scalar(1));
    return `${engine.precision} ${engine.typeOf(made)}`;
  };
  engine.trace('well', float64, (x) => [engine.tf.square(x!)], { precision: 'float64' });
  expect(single()).toBe('float32 float32');
  expect(() =>
    engine.trace(
      'fails',
      float64,
      () => {
        throw new Error('on purpose');
      },
      { precision: 'float64' },
    ),
  ).toThrow('on purpose');
  expect(single()).toBe('float32 float32');
  engine.trace(
    'outer',
    float64,
    (x) => {
      expect(() => engine.trace('inner', [], () => [], { precision: 'float32' })).toThrow(
        /cannot trace another/,
      );
      const sum = engine.tf.add(x!, engine.scalar(1));
      expect(`${engine.precision} ${engine.typeOf(sum)}`).toBe('float64 float64');
      return [sum];
    },
    { precision: 'float64' },
  );
  expect(single()).toBe('float32 float32');
});
