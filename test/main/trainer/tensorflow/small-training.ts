import type { Engine, Handle, Tensor, TracedFunction } from '../../../../main/trainer/tensorflow/engine.ts';
import * as operations from '../../../../main/trainer/tensorflow/operations/index.ts';

/** Numbers without a pattern that a mistake could hide in, in −1 … 1; the same every time. */
export function numbers(count: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  });
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const IMAGES = 256;
const SIDE = 16;
const CLASSES = 10;

/** A conv, a depthwise and a pointwise layer, each with batch norm and ReLU, then pooling and a dense layer. */
export class SmallTraining {
  readonly step: TracedFunction;
  readonly #engine: Engine;
  readonly #batch: number;
  readonly #data: Handle[];
  #state: Handle[];

  constructor(engine: Engine, { batch = 32, width = 16 } = {}) {
    this.#engine = engine;
    this.#batch = batch;
    const shapes = [
      [3, 3, 1, width],
      [width],
      [width],
      [3, 3, width, 1],
      [width],
      [width],
      [1, 1, width, 2 * width],
      [2 * width],
      [2 * width],
      [2 * width, CLASSES],
      [CLASSES],
    ];
    const statistics = [[width], [width], [width], [width], [2 * width], [2 * width]];
    const float = (shape: number[], values: (index: number) => number) =>
      engine.upload(
        Float32Array.from({ length: sizeOf(shape) }, (_, i) => values(i)),
        shape,
        'float32',
      );
    const isGamma = (index: number) => [1, 4, 7].includes(index);
    this.#state = [
      ...shapes.map((shape, index) => {
        const random = numbers(sizeOf(shape), index + 1);
        return float(shape, (i) => (shape.length > 1 ? 0.4 * (random[i] as number) : isGamma(index) ? 1 : 0));
      }),
      ...shapes.map((shape) => float(shape, () => 0)),
      ...statistics.map((shape, index) => float(shape, () => index % 2)),
    ];
    const pixels = Uint8Array.from(numbers(IMAGES * SIDE * SIDE, 77), (x) => 127 * (x + 1));
    this.#data = [
      engine.upload(pixels, [IMAGES, SIDE, SIDE, 1], 'uint8'),
      engine.upload(
        Int32Array.from({ length: IMAGES }, (_, i) => i % CLASSES),
        [IMAGES],
        'int32',
      ),
    ];
    const f32 = (shape: number[]) => ({ shape, dtype: 'float32' as const });
    this.step = engine.trace(
      'step',
      [
        { shape: [IMAGES, SIDE, SIDE, 1], dtype: 'uint8' },
        { shape: [IMAGES], dtype: 'int32' },
        { shape: [batch], dtype: 'int32' },
        ...[...shapes, ...shapes, ...statistics].map(f32),
      ],
      (images, labels, indices, ...state) => {
        const n = shapes.length;
        const [weights, momenta, running] = [state.slice(0, n), state.slice(n, 2 * n), state.slice(2 * n)];
        const [x, y] = [images as Tensor, labels as Tensor].map((rows) =>
          operations.gather(engine, rows, indices as Tensor),
        ) as [Tensor, Tensor];
        return trainingStep(engine, x, y, weights, momenta, running);
      },
    );
  }

  /** One step on a batch that depends on its number only; returns the loss. */
  train(number: number): number {
    const engine = this.#engine;
    const indices = Int32Array.from(numbers(this.#batch, number + 1), (x) => ((x + 1) / 2) * (IMAGES - 1));
    const batch = engine.upload(indices, [this.#batch], 'int32');
    const [loss, ...next] = this.step.call([...this.#data, batch, ...this.#state]) as [Handle, ...Handle[]];
    for (const handle of [batch, ...this.#state]) handle.release();
    this.#state = next;
    const value = engine.download(loss)[0] as number;
    loss.release();
    return value;
  }

  /** Every weight, momentum and statistic, one after another. */
  snapshot(): Float32Array {
    const arrays = this.#state.map((handle) => this.#engine.download(handle) as Float32Array);
    return Float32Array.from(arrays.flatMap((array) => [...array]));
  }

  dispose(): void {
    for (const handle of [...this.#data, ...this.#state]) handle.release();
    this.step.dispose();
  }
}

function trainingStep(
  engine: Engine,
  bytes: Tensor,
  labels: Tensor,
  weights: Tensor[],
  momenta: Tensor[],
  running: Tensor[],
): Tensor[] {
  const { tf } = engine;
  const statistics: Tensor[] = [];
  const loss = (...w: Tensor[]) => {
    let x = operations.standardize(engine, bytes, { mean: [0.5], deviation: [0.25] });
    const normalize = (layer: number) => {
      const [mean, variance] = [running[2 * layer] as Tensor, running[2 * layer + 1] as Tensor];
      const [gamma, beta] = [w[3 * layer + 1] as Tensor, w[3 * layer + 2] as Tensor];
      const result = operations.batchNormTraining(engine, x, gamma, beta, { mean, variance });
      statistics.push(result.mean, result.variance);
      return operations.relu(engine, result.output);
    };
    x = operations.conv2d(engine, x, w[0] as Tensor, { stride: 2, padding: 1 });
    x = normalize(0);
    x = operations.depthwiseConv2d(engine, x, w[3] as Tensor, { padding: 1 });
    x = normalize(1);
    x = operations.conv2d(engine, x, w[6] as Tensor);
    x = normalize(2);
    const pooled = operations.globalAveragePool(engine, x);
    const logits = operations.dense(engine, pooled, w[9] as Tensor, w[10] as Tensor);
    return tf.mean(operations.sparseSoftmaxCrossEntropy(engine, logits, labels));
  };
  const { value, grads } = tf.valueAndGrads((...w: Tensor[]) => loss(...w) as ReturnType<typeof tf.scalar>)(
    weights,
  );
  const nextMomenta = momenta.map((m, i) =>
    tf.add(tf.add(tf.mul(m, 0.9), grads[i] as Tensor), tf.mul(weights[i] as Tensor, 5e-4)),
  );
  const nextWeights = weights.map((w, i) => tf.sub(w, tf.mul(nextMomenta[i] as Tensor, 0.1)));
  return [value, ...nextWeights, ...nextMomenta, ...statistics];
}
