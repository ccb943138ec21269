import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  attribute,
  openEngine,
  TensorFlowError,
  type Engine,
  type Handle,
  type Tensor,
} from '../../../../main/trainer/tensorflow/engine.ts';
import {
  gather,
  gatherWords,
  predictedClass,
  standardize,
} from '../../../../main/trainer/tensorflow/operations/index.ts';
import { SmallTraining } from './small-training.ts';

let engine: Engine;
beforeEach(() => {
  engine = openEngine({ device: 'cpu', threads: 1 });
});
afterEach(() => engine.dispose());

/** What was thrown, by its code. */
function codeOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'nothing was thrown';
}

const f32 = (...shape: number[]) => ({ shape, dtype: 'float32' as const });
const vector = (...values: number[]) => engine.upload(Float32Array.from(values), [values.length], 'float32');

describe('what it says of itself', () => {
  it('names its version, device and threads', () => {
    expect(engine.version).toMatch(/^2\.\d+/);
    expect(engine.device.type).toBe('CPU');
    expect(engine.devices).toContainEqual(engine.device);
    expect(engine.threads).toBe(1);
  });

  it('refuses devices and thread counts that there are not', () => {
    engine.dispose();
    expect(codeOf(() => openEngine({ device: 'gpu:7' }))).toBe('ENGINE_DEVICE');
    expect(codeOf(() => openEngine({ threads: 0 }))).toBe('ENGINE_THREADS');
    expect(codeOf(() => openEngine({ threads: 1.5 }))).toBe('ENGINE_THREADS');
    // And neither leaves the thread with half an engine.
    engine = openEngine({ device: 'cpu', threads: 1 });
  });

  it('is the only one of its thread', () => {
    expect(codeOf(() => openEngine({ device: 'cpu' }))).toBe('ENGINE_OPEN');
    expect([...engine.tf.tensor1d([1]).add(1).dataSync()]).toEqual([2]);
  });
});

describe('device memory', () => {
  it('takes and returns every element type unchanged', () => {
    const samples = [
      [Float32Array.of(1.5, -0, NaN, 3e38), 'float32'],
      [Float64Array.of(0.1, -1e300, 2 ** -1074, 3), 'float64'],
      [Int32Array.of(-(2 ** 31), 0, 7, 2 ** 31 - 1), 'int32'],
      [BigInt64Array.of(-(2n ** 63n), 0n, 7n, 2n ** 63n - 1n), 'int64'],
      [Uint8Array.of(0, 1, 128, 255), 'uint8'],
      [Uint8Array.of(0, 1, 1, 0), 'bool'],
    ] as const;
    for (const [data, dtype] of samples) {
      const handle = engine.upload(data, [2, 2], dtype);
      expect([handle.shape, handle.dtype]).toEqual([[2, 2], dtype]);
      const back = engine.download(handle);
      expect(Object.is(back.constructor, data.constructor)).toBe(true);
      expect(Buffer.from(back.buffer).equals(Buffer.from(data.buffer))).toBe(true);
      handle.release();
    }
    expect(engine.liveHandles).toBe(0);
  });

  it('holds tensors without elements and without dimensions', () => {
    expect(engine.download(engine.upload(new Float32Array(0), [0, 3], 'float32'))).toHaveLength(0);
    expect([...engine.download(engine.upload(Float32Array.of(4), [], 'float32'))]).toEqual([4]);
  });

  it('keeps its own copy', () => {
    const data = Float32Array.of(1, 2);
    const handle = engine.upload(data, [2], 'float32');
    data.fill(9);
    expect([...engine.download(handle)]).toEqual([1, 2]);
  });

  it('reads and writes views of shared memory at their offsets', () => {
    const shared = new Float32Array(new SharedArrayBuffer(32));
    shared.set([1, 2, 3, 4, 5, 6, 7, 8]);
    const handle = engine.upload(shared.subarray(2, 5), [3], 'float32');
    engine.downloadInto(handle, shared.subarray(4, 7));
    expect([...shared]).toEqual([1, 2, 3, 4, 3, 4, 5, 8]);
  });

  it('refuses, before TensorFlow sees them, data that do not fill their shape', () => {
    const data = new Float32Array(6);
    expect(codeOf(() => engine.upload(data, [2, 4], 'float32'))).toBe('ENGINE_SHAPE');
    expect(codeOf(() => engine.upload(data, [6, 2], 'float32'))).toBe('ENGINE_SHAPE');
    expect(codeOf(() => engine.upload(data, [-2, -3], 'float32'))).toBe('ENGINE_SHAPE');
    expect(codeOf(() => engine.upload(data, [1.5, 4], 'float32'))).toBe('ENGINE_SHAPE');
    expect(codeOf(() => engine.upload(data, [2 ** 40, 2 ** 40], 'float32'))).toBe('ENGINE_SHAPE');
    expect(codeOf(() => engine.upload(data, [6], 'int32'))).toBe('ENGINE_DTYPE');
    expect(codeOf(() => engine.downloadInto(vector(1, 2, 3), new Float32Array(2)))).toBe('ENGINE_SHAPE');
    expect(codeOf(() => engine.downloadInto(vector(1, 2, 3), new Int32Array(3)))).toBe('ENGINE_SHAPE');
  });

  it('refuses the use of what was released', () => {
    const handle = vector(1);
    engine.release(handle);
    expect(handle.released).toBe(true);
    expect(codeOf(() => engine.download(handle))).toBe('ENGINE_RELEASED');
    expect(codeOf(() => handle.release())).toBe('ENGINE_RELEASED');
    expect(codeOf(() => engine.tensorOf(handle))).toBe('ENGINE_RELEASED');
  });

  it('shares memory between tensors and handles, each released on its own', () => {
    const tensor = engine.tf.tensor1d([1, 2, 3]);
    const handle = engine.handleOf(tensor);
    tensor.dispose();
    const other = engine.tensorOf(handle);
    handle.release();
    expect([...other.dataSync()]).toEqual([1, 2, 3]);
    other.dispose();
    expect(engine.liveHandles).toBe(0);
  });
});

describe('errors of TensorFlow', () => {
  it('carry its code and its own words, and leave nothing behind', () => {
    const [a, b] = [engine.tf.ones([2, 2]), engine.tf.ones([3, 3])];
    const attributes = [
      attribute.type('T', 'float32'),
      attribute.bool('transpose_a', false),
      attribute.bool('transpose_b', false),
    ];
    // Values are written when they are first read: here, so that the count below is of the failure.
    a.add(0).dispose();
    b.add(0).dispose();
    const before = engine.liveHandles;
    try {
      engine.op('MatMul', attributes, [a, b], 1);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(TensorFlowError);
      const { code, status, detail, message } = error as TensorFlowError;
      expect([code, status]).toEqual(['TENSORFLOW', 'INVALID_ARGUMENT']);
      expect(detail).toContain('In[0]: [2,2], In[1]: [3,3]');
      expect(message).toContain(detail);
    }
    expect(engine.liveHandles).toBe(before);
    expect(codeOf(() => engine.op('NoSuchOp', [], [a], 1))).toBe('TENSORFLOW');
  });

  it('say that memory ran out', () => {
    expect(new TensorFlowError('RESOURCE_EXHAUSTED', 'OOM when allocating tensor', 'a step').code).toBe(
      'DEVICE_MEMORY',
    );
    expect(new TensorFlowError('INTERNAL', 'CUDA_ERROR_OUT_OF_MEMORY: out of memory', 'a step').code).toBe(
      'DEVICE_MEMORY',
    );
    expect(new TensorFlowError('INTERNAL', 'Dst tensor is not initialized.', 'a copy').message).toMatch(
      /use a smaller batch/,
    );
    expect(new TensorFlowError('INTERNAL', 'something else', 'a step').code).toBe('TENSORFLOW');
  });

  it('refuses a number of outputs that the op does not have', () => {
    const x = engine.tf.tensor1d([1, -1]);
    const relu = (count: number) => () => engine.op('Relu', [attribute.type('T', 'float32')], [x], count);
    expect(codeOf(relu(2))).toBe('ENGINE_OUTPUTS');
    expect(codeOf(relu(0))).toBe('TENSORFLOW');
    expect(codeOf(() => engine.trace('t', [f32(2)], relu(2)))).not.toBe('nothing was thrown');
    expect(codeOf(() => engine.op('Relu', [attribute.int('T', 1.5)], [x], 1))).toBe('ENGINE_ATTRIBUTE');
  });

  it('answers an index out of range with an error', () => {
    const rows = engine.tf.tensor2d([[1], [2]]);
    expect(codeOf(() => gather(engine, rows, engine.tf.tensor1d([0, 2], 'int32')))).toBe('TENSORFLOW');
  });
});

describe('tracing', () => {
  const plus = (x: Tensor | undefined, y: Tensor | undefined) => engine.tf.add(x as Tensor, y as Tensor);

  it('makes one function of a gradient step, and frees everything', () => {
    const before = engine.tf.memory().numTensors;
    const { tf } = engine;
    const step = engine.trace('step', [f32(2, 2), f32(2)], (x, bias) => {
      const loss = (w: Tensor) => tf.sum(tf.relu(tf.add(tf.matMul(w, w), bias as Tensor)));
      return [tf.grad(loss as never)(x as Tensor), x as Tensor];
    });
    expect(step.nodes).toBeGreaterThan(5);
    expect(step.outputs).toEqual([f32(2, 2), f32(2, 2)]);
    expect(engine.tf.memory().numTensors).toBe(before);
    const inputs = [engine.upload(Float32Array.of(1, 2, 3, 4), [2, 2], 'float32'), vector(1, 2)];
    const outputs = step.call(inputs);
    expect(outputs.map((handle) => [...engine.download(handle)])).toEqual([
      [7, 11, 9, 13],
      [1, 2, 3, 4],
    ]);
    for (const handle of [...inputs, ...outputs]) handle.release();
    step.dispose();
    step.dispose();
    expect(engine.liveHandles).toBe(0);
    expect(codeOf(() => step.call(inputs))).toBe('ENGINE_RELEASED');
  });

  it('refuses inputs of another number, shape or type', () => {
    const sum = engine.trace('sum', [f32(2), f32(2)], (x, y) => [plus(x, y)]);
    const [two, three, whole] = [
      vector(1, 2),
      vector(1, 2, 3),
      engine.upload(Int32Array.of(1, 2), [2], 'int32'),
    ];
    expect(codeOf(() => sum.call([two]))).toBe('ENGINE_SHAPE');
    expect(codeOf(() => sum.call([two, three]))).toBe('ENGINE_SHAPE');
    expect(codeOf(() => sum.call([two, whole]))).toBe('ENGINE_SHAPE');
    expect([...engine.download(sum.call([two, two])[0] as Handle)]).toEqual([2, 4]);
  });

  it('refuses tensors of outside, reading values, and nesting; then works on', () => {
    const outside = engine.tf.tensor1d([1, 2]);
    const attempts: ((x: Tensor) => Tensor[])[] = [
      (x) => [plus(x, outside)],
      (x) => [outside, x],
      (x) => (x.dataSync()[0] ? [x] : []),
      (x) => [engine.tf.gather(x, engine.tf.cast(x, 'int32'))],
      (x) => {
        engine.trace('inner', [f32(1)], (y) => [y as Tensor]);
        return [x];
      },
    ];
    const before = engine.tf.memory().numTensors;
    for (const attempt of attempts) {
      expect(codeOf(() => engine.trace('bad', [f32(2)], (x) => attempt(x as Tensor)))).toBe('ENGINE_TRACE');
    }
    expect(engine.tf.memory().numTensors).toBe(before);
    // What the trace refused is usable where it belongs.
    expect([...outside.add(1).dataSync()]).toEqual([2, 3]);
  });

  it('refuses, outside, a tensor that a trace let escape', () => {
    let escaped: Tensor | undefined;
    engine.trace('leaky', [f32(2)], (x) => {
      escaped = engine.tf.keep(engine.tf.add(x as Tensor, 1));
      return [x as Tensor];
    });
    expect(escaped?.isDisposed).toBe(true);
    expect(engine.liveHandles).toBe(0);
  });

  it('returns 300 outputs of one call', () => {
    const many = engine.trace('many', [f32(2)], (x) =>
      Array.from({ length: 300 }, (_, i) => engine.tf.add(x as Tensor, i)),
    );
    const outputs = many.call([vector(1, 2)]);
    expect(outputs.map((handle) => engine.download(handle)[1])).toEqual(
      Array.from({ length: 300 }, (_, i) => i + 2),
    );
  });

  it('computes the same compiled by XLA', () => {
    const body = (x?: Tensor) => [engine.tf.mul(engine.tf.tanh(x as Tensor), 3)];
    const plain = engine.trace('plain', [f32(3)], body);
    const compiled = engine.trace('compiled', [f32(3)], body, { compile: 'xla' });
    const input = vector(0.1, 0.2, -3);
    const [a, b] = [plain, compiled].map(
      (f) => engine.download(f.call([input])[0] as Handle) as Float32Array,
    );
    a?.forEach((value, i) => expect(b?.[i]).toBeCloseTo(value, 5));
  });

  it('reads a data set of bytes by index and standardises it', () => {
    const images = engine.upload(Uint8Array.of(0, 51, 102, 255, 204, 153), [3, 2], 'uint8');
    const indices = engine.upload(Int32Array.of(2, 0), [2], 'int32');
    const f = engine.trace('batch', [images, indices], (rows, which) => {
      const batch = gather(engine, rows as Tensor, which as Tensor);
      expect(engine.typeOf(batch)).toBe('uint8');
      return [standardize(engine, batch, { mean: [0.2, 0.4], deviation: [0.5, 0.25] })];
    });
    const values = [...engine.download(f.call([images, indices])[0] as Handle)];
    [1.2, 0.8, -0.4, -0.8].forEach((value, i) => expect(values[i]).toBeCloseTo(value, 6));
  });

  it('gathers bytes in words to the same batch', () => {
    // Every byte value in every place of a word, so that some words are NaN as floats.
    const bytes = Uint8Array.from({ length: 256 * 12 }, (_, i) => (i * 89 + (i >> 3)) % 256).fill(
      255,
      24,
      72,
    );
    const images = engine.upload(bytes, [256, 2, 3, 2], 'uint8');
    const indices = engine.upload(Int32Array.of(255, 0, 3, 3, 4), [5], 'int32');
    const f = engine.trace('batches', [images, indices], (rows, which) => [
      gather(engine, rows as Tensor, which as Tensor),
      gatherWords(engine, rows as Tensor, which as Tensor),
    ]);
    const [plain, inWords] = f.call([images, indices]) as [Handle, Handle];
    expect([inWords.shape, inWords.dtype]).toEqual([[5, 2, 3, 2], 'uint8']);
    expect(engine.download(inWords)).toEqual(engine.download(plain));
  });

  it('predicts the first of equal scores', () => {
    const scores = engine.tf.tensor2d([
      [1, 3, 3],
      [0, 0, 0],
    ]);
    expect([...predictedClass(engine, scores).dataSync()]).toEqual([1, 0]);
  });
});

it('computes in float64 where it is asked to', () => {
  engine.dispose();
  engine = openEngine({ device: 'cpu', threads: 1, precision: 'float64' });
  const { tf } = engine;
  const product = tf.mul(engine.scalar(0.1), engine.scalar(3));
  expect(product.dataSync()[0]).toBe(0.1 * 3);
  const f = engine.trace('square', [{ shape: [1], dtype: 'float64' }], (x) => [
    tf.grad(((y: Tensor) => tf.sum(tf.exp(y))) as never)(x as Tensor),
  ]);
  const [gradient] = f.call([engine.upload(Float64Array.of(1), [1], 'float64')]) as [Handle];
  expect(engine.download(gradient)[0]).toBeCloseTo(Math.E, 14);
});

it('holds no more after 10,000 steps than after the first', () => {
  const training = new SmallTraining(engine, { batch: 2, width: 2 });
  for (let step = 0; step < 500; step++) training.train(step);
  const before = {
    handles: engine.liveHandles,
    tensors: engine.tf.memory().numTensors,
    rss: process.memoryUsage.rss(),
  };
  for (let step = 500; step < 10_000; step++) training.train(step);
  expect(engine.liveHandles).toBe(before.handles);
  expect(engine.tf.memory().numTensors).toBe(before.tensors);
  expect((process.memoryUsage.rss() - before.rss) / 2 ** 20).toBeLessThan(64);
  training.dispose();
  expect(engine.liveHandles).toBe(0);
}, 180_000);

describe('native memory', () => {
  /** Mebibytes by which the process grew over a body run often enough, after a start that is not counted. */
  function growth(times: number, body: () => void): number {
    for (let i = 0; i < times / 4; i++) body();
    const before = process.memoryUsage.rss();
    for (let i = 0; i < times; i++) body();
    return (process.memoryUsage.rss() - before) / 2 ** 20;
  }

  it('is given back by copies to and from the device', () => {
    const data = new Float32Array(2 ** 18).fill(1);
    const mebibytes = growth(400, () => {
      const handle = engine.upload(data, [2 ** 18], 'float32');
      engine.downloadInto(handle, data);
      handle.release();
    });
    expect(mebibytes).toBeLessThan(64);
  });

  it('is given back by refused ops and abandoned traces, with their constants', () => {
    const constant = new Float32Array(2 ** 18).fill(1);
    const mebibytes = growth(200, () => {
      const attempt = () =>
        engine.trace('abandoned', [f32(3)], (x) => [
          engine.tf.add(x as Tensor, engine.constant(constant, [2 ** 18], 'float32')),
        ]);
      expect(codeOf(attempt)).not.toBe('nothing was thrown');
    });
    expect(mebibytes).toBeLessThan(64);
  });

  it('is given back by functions that were disposed of', () => {
    const constant = new Float32Array(2 ** 18).fill(1);
    const input = engine.upload(constant, [2 ** 18], 'float32');
    const mebibytes = growth(100, () => {
      const f = engine.trace('temporary', [input], (x) => [
        engine.tf.add(x as Tensor, engine.constant(constant, [2 ** 18], 'float32')),
      ]);
      f.call([input])[0]?.release();
      f.dispose();
    });
    expect(mebibytes).toBeLessThan(64);
  });
});

describe('closing', () => {
  it('frees all, refuses what comes after, and makes room for another engine', () => {
    const handle = vector(1, 2);
    const f = engine.trace('f', [f32(2)], (x) => [engine.tf.add(x as Tensor, 1)]);
    engine.dispose();
    engine.dispose();
    expect(engine.liveHandles).toBe(0);
    expect(codeOf(() => engine.download(handle))).toBe('ENGINE_RELEASED');
    expect(codeOf(() => engine.upload(Float32Array.of(1), [1], 'float32'))).toBe('ENGINE_CLOSED');
    expect(codeOf(() => f.call([handle]))).toBe('ENGINE_CLOSED');
    f.dispose();
    engine = openEngine({ device: 'cpu', threads: 2 });
    expect([...engine.tf.tensor1d([1]).add(1).dataSync()]).toEqual([2]);
  });
});
