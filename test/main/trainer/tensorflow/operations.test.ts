import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openEngine,
  type Engine,
  type Precision,
  type Tensor,
} from '../../../../main/trainer/tensorflow/engine.ts';
import * as operations from '../../../../main/trainer/tensorflow/operations/index.ts';
import { convolvedSize } from '../../../../common/network.ts';
import { numbers, sizeOf } from './small-training.ts';

type Body = (engine: Engine, ...tensors: Tensor[]) => Tensor;
interface Case {
  name: string;
  shapes: number[][];
  body: Body;
}

const labels = (engine: Engine) => engine.tf.tensor1d([2, 0, 1, 2], 'int32');
const running = (engine: Engine, channels: number) => ({
  mean: engine.constant(numbers(channels, 5), [channels], 'float64'),
  variance: engine.constant(
    numbers(channels, 6).map((x) => x + 2),
    [channels],
    'float64',
  ),
});

type Square = operations.ConvolutionOptions & { side: number };

const FEW_PLACES: Square[] = [
  { side: 2, padding: 1 },
  { side: 4, stride: 2, padding: 1 },
  { side: 4, stride: 2, padding: 1, rotated: true },
  { side: 4, padding: 0 },
  { side: 2, padding: 2, dilation: 2 },
];

/** Convolutions of three square images each, as many channels as the filter reads. */
function onSquares(convolution: 'conv2d' | 'depthwiseConv2d', filter: number[], squares: Square[]): Case[] {
  return squares.map(({ side, ...options }) => ({
    name: `${convolution}, [${filter.join(', ')}] on ${JSON.stringify({ side, ...options })}`,
    shapes: [[3, side, side, filter[2]!], filter],
    body: (engine, x, w) => operations[convolution](engine, x!, w!, options),
  }));
}

const CASES: Case[] = [
  ...([
    { stride: 1, padding: 1 },
    { stride: 2, padding: 1 },
    { stride: 1, padding: 0 },
    { stride: 2, padding: 0 },
    { stride: 2, padding: 2 },
    { stride: 3, padding: 1 },
  ].flatMap((options) => [
    {
      name: `conv2d, stride ${options.stride}, padding ${options.padding}`,
      shapes: [
        [2, 6, 5, 3],
        [3, 3, 3, 4],
      ],
      body: (engine: Engine, x: Tensor, w: Tensor) => operations.conv2d(engine, x, w, options),
    },
    {
      name: `depthwiseConv2d, stride ${options.stride}, padding ${options.padding}`,
      shapes: [
        [2, 6, 6, 3],
        [3, 3, 3, 1],
      ],
      body: (engine: Engine, x: Tensor, w: Tensor) => operations.depthwiseConv2d(engine, x, w, options),
    },
  ]) as Case[]),
  // Kernels of few output places have their gradient from patches, in float32.
  ...onSquares('conv2d', [3, 3, 4, 5], [...FEW_PLACES, { side: 3, stride: 2, padding: 1 }]),
  ...onSquares('depthwiseConv2d', [3, 3, 4, 1], FEW_PLACES),
  ...onSquares('depthwiseConv2d', [3, 3, 4, 2], [{ side: 2, padding: 1 }]),
  // In float32 a product of matrices.
  ...onSquares(
    'conv2d',
    [1, 1, 3, 5],
    [
      { side: 4 },
      { side: 4, stride: 2 },
      { side: 5, stride: 2 },
      { side: 5, stride: 2, rotated: true },
      { side: 5, stride: 3 },
      { side: 3, padding: 1 },
    ],
  ),
  {
    name: 'batchNormTraining',
    shapes: [[3, 2, 2, 4], [4], [4]],
    body: (engine, x, gamma, beta) => {
      const state = running(engine, 4);
      const result = operations.batchNormTraining(
        engine,
        x as Tensor,
        gamma as Tensor,
        beta as Tensor,
        state,
      );
      result.mean.dispose();
      result.variance.dispose();
      return result.output;
    },
  },
  {
    name: 'batchNormInference',
    shapes: [[3, 2, 2, 4], [4], [4]],
    body: (engine, x, gamma, beta) =>
      operations.batchNormInference(engine, x as Tensor, gamma as Tensor, beta as Tensor, running(engine, 4)),
  },
  { name: 'relu', shapes: [[4, 7]], body: (engine, x) => operations.relu(engine, x as Tensor) },
  {
    name: 'matMul',
    shapes: [
      [4, 3],
      [3, 5],
    ],
    body: (engine, a, b) => operations.matMul(engine, a as Tensor, b as Tensor),
  },
  {
    name: 'biasAdd',
    shapes: [[2, 3, 3, 4], [4]],
    body: (engine, x, b) => operations.biasAdd(engine, x as Tensor, b as Tensor),
  },
  {
    name: 'dense',
    shapes: [[4, 3], [3, 5], [5]],
    body: (engine, x, w, b) => operations.dense(engine, x as Tensor, w as Tensor, b as Tensor),
  },
  {
    name: 'globalAveragePool',
    shapes: [[2, 3, 4, 5]],
    body: (engine, x) => operations.globalAveragePool(engine, x as Tensor),
  },
  {
    name: 'sparseSoftmaxCrossEntropy',
    shapes: [[4, 3]],
    body: (engine, x) => operations.sparseSoftmaxCrossEntropy(engine, x as Tensor, labels(engine)),
  },
];

/** Σ output · weights, so that every output counts differently. */
function objective(engine: Engine, body: Body, inputs: Tensor[]): Tensor {
  const output = body(engine, ...inputs);
  const weights = engine.constant(numbers(output.size, 99), output.shape, 'float64');
  return engine.tf.sum(engine.tf.mul(output, weights));
}

describe('convolutions pad as PyTorch does', () => {
  /** Straight from the definition: out[i, j] = Σ in[i·s + u − p, j·s + v − p] · w[u, v]. */
  function definition(
    x: Float64Array,
    size: number[],
    w: Float64Array,
    k: number,
    s: number,
    p: number,
  ): number[] {
    const [height, width] = size as [number, number];
    const [rows, columns] = convolvedSize([height, width], [k, k], { stride: s, padding: p });
    const output: number[] = [];
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let u = 0; u < k; u++) {
          for (let v = 0; v < k; v++) {
            const [y, z] = [i * s + u - p, j * s + v - p];
            if (y < 0 || z < 0 || y >= height || z >= width) continue;
            sum += (x[y * width + z] as number) * (w[u * k + v] as number);
          }
        }
        output.push(sum);
      }
    }
    return output;
  }

  it('for even and odd sides, any stride and padding', () => {
    const engine = openEngine({ device: 'cpu', threads: 2, precision: 'float64' });
    for (const size of [
      [6, 6],
      [7, 7],
      [6, 7],
      [5, 8],
    ]) {
      for (const k of [1, 2, 3, 5]) {
        for (const stride of [1, 2, 3]) {
          for (const padding of [0, 1, 2].filter((p) => p < k)) {
            const [height, width] = size as [number, number];
            const [x, w] = [numbers(height * width, 3), numbers(k * k, 4)];
            const expected = definition(x, size, w, k, stride, padding);
            const image = engine.constant(x, [1, height, width, 1], 'float64');
            const filter = engine.constant(w, [k, k, 1, 1], 'float64');
            for (const convolve of [operations.conv2d, operations.depthwiseConv2d]) {
              const output = convolve(engine, image, filter, { stride, padding }).dataSync();
              expect(output.length).toBe(expected.length);
              expected.forEach((value, i) => expect(output[i]).toBeCloseTo(value, 10));
            }
          }
        }
      }
    }
    engine.dispose();
  });
});

describe('gradients in float64 agree with finite differences', () => {
  let engine: Engine;
  beforeAll(() => {
    engine = openEngine({ device: 'cpu', threads: 2, precision: 'float64' });
  });
  afterAll(() => engine.dispose());

  it.each(CASES)('$name', ({ shapes, body }) => {
    const { tf } = engine;
    const values = shapes.map((shape, index) => numbers(sizeOf(shape), index + 1));
    const tensors = () =>
      values.map((value, index) => engine.constant(value, shapes[index] as number[], 'float64'));
    const value = () => tf.tidy(() => objective(engine, body, tensors()).dataSync()[0] as number);
    const gradients = tf.tidy(() =>
      tf
        .grads((...inputs: Tensor[]) => objective(engine, body, inputs))(tensors())
        .map((g) => g.dataSync()),
    );
    values.forEach((array, index) => {
      expect(gradients[index]).toBeInstanceOf(Float64Array);
      const step = 1e-6;
      for (let i = 0; i < array.length; i += Math.max(1, Math.floor(array.length / 12))) {
        const kept = array[i] as number;
        array[i] = kept + step;
        const above = value();
        array[i] = kept - step;
        const below = value();
        array[i] = kept;
        expect(gradients[index]?.[i]).toBeCloseTo((above - below) / (2 * step), 6);
      }
    });
  });
});

describe('float32, eager and traced, agrees with float64', () => {
  /** Outputs and gradients at the same inputs. */
  function evaluate(precision: Precision, traced: boolean, { shapes, body }: Case): number[][] {
    const engine = openEngine({ device: 'cpu', threads: 2, precision });
    try {
      const { tf } = engine;
      const of = (array: Float64Array) => (precision === 'float64' ? array : Float32Array.from(array));
      // The helpers of the cases make float64 constants; here they follow the engine.
      const plain = engine.constant.bind(engine);
      engine.constant = (values, shape, dtype) =>
        dtype === 'float64'
          ? plain(of(values as Float64Array), shape, precision)
          : plain(values, shape, dtype);
      const compute = (...inputs: Tensor[]) => [
        body(engine, ...inputs),
        ...tf.grads((...xs: Tensor[]) => objective(engine, body, xs))(inputs),
      ];
      const handles = shapes.map((shape, index) =>
        engine.upload(of(numbers(sizeOf(shape), index + 1)), shape, precision),
      );
      if (!traced) {
        return tf.tidy(() =>
          compute(...handles.map((h) => engine.tensorOf(h))).map((t) => [...t.dataSync()]),
        );
      }
      const inputs = shapes.map((shape) => ({ shape, dtype: precision }));
      return engine
        .trace('check', inputs, (...xs) => compute(...xs))
        .call(handles)
        .map((handle) => Array.from(engine.download(handle) as Float64Array));
    } finally {
      engine.dispose();
    }
  }

  it.each(CASES)('$name', (example) => {
    const exact = evaluate('float64', false, example);
    for (const traced of [false, true]) {
      const single = evaluate('float32', traced, example);
      expect(single.length).toBe(exact.length);
      exact.forEach((array, index) => {
        expect(single[index]?.length).toBe(array.length);
        array.forEach((value, i) => expect(single[index]?.[i]).toBeCloseTo(value, 4));
      });
    }
  });
});

describe('running statistics move as PyTorch’s do', () => {
  it.each(['float32', 'float64'] as const)('in %s, eagerly and traced', (precision) => {
    const engine = openEngine({ device: 'cpu', threads: 1, precision });
    const of = (values: number[], shape: number[]) =>
      precision === 'float64'
        ? engine.upload(Float64Array.from(values), shape, 'float64')
        : engine.upload(Float32Array.from(values), shape, 'float32');
    // Three examples of two channels: means 2 and 0, unbiased variances 1 and 9.
    const inputs = [
      of([1, -3, 2, 0, 3, 3], [3, 1, 1, 2]),
      of([1, 1], [2]),
      of([0, 0], [2]),
      of([5, -5], [2]),
    ];
    const spread = of([4, 1], [2]);
    const normalize = (x?: Tensor, gamma?: Tensor, beta?: Tensor, mean?: Tensor, variance?: Tensor) => {
      const state = { mean: mean as Tensor, variance: variance as Tensor };
      const result = operations.batchNormTraining(
        engine,
        x as Tensor,
        gamma as Tensor,
        beta as Tensor,
        state,
      );
      return [result.mean, result.variance];
    };
    const handles = [...inputs, spread];
    const eager = normalize(...handles.map((handle) => engine.tensorOf(handle))).map((t) => [
      ...t.dataSync(),
    ]);
    const traced = engine
      .trace('statistics', handles, (...tensors) => normalize(...tensors))
      .call(handles)
      .map((handle) => [...engine.download(handle)]);
    for (const [mean, variance] of [eager, traced]) {
      [0.9 * 5 + 0.1 * 2, 0.9 * -5].forEach((value, i) => expect(mean?.[i]).toBeCloseTo(value, 5));
      [0.9 * 4 + 0.1 * 1, 0.9 * 1 + 0.1 * 9].forEach((value, i) =>
        expect(variance?.[i]).toBeCloseTo(value, 5),
      );
    }
    engine.dispose();
  });
});
