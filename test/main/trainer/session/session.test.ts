import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../../../main/codec/safetensors.ts';
import { epochBatches } from '../../../../main/trainer/session/batches.ts';
import { describeNetwork, parameterCount } from '../../../../main/trainer/network/describe.ts';
import { TrainingSession } from '../../../../main/trainer/session/session.ts';
import { buffersOf } from '../../../../main/trainer/session/transfer.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import { ADAM, epochOf, LENET, pruningAfter, SGD, smallDataset, specification } from './small-runs.ts';

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 2 });
});
afterAll(() => engine?.dispose());
const dataset = smallDataset();

describe('the batches of an epoch', () => {
  test('hold every example once, the last as many as are left', () => {
    const batches = epochBatches(50, 16, 1, 1);
    expect(batches.map((batch) => batch.length)).toEqual([16, 16, 16, 2]);
    expect(batches.flatMap((batch) => [...batch]).sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
    expect(epochBatches(48, 16, 1, 1).map((batch) => batch.length)).toEqual([16, 16, 16]);
    expect(epochBatches(10, 16, 1, 1).map((batch) => batch.length)).toEqual([10]);
  });

  test('are a matter of seed and epoch', () => {
    expect(epochBatches(50, 16, 1, 1)).toEqual(epochBatches(50, 16, 1, 1));
    expect(epochBatches(50, 16, 1, 2)).not.toEqual(epochBatches(50, 16, 1, 1));
    expect(epochBatches(50, 16, 2, 1)).not.toEqual(epochBatches(50, 16, 1, 1));
  });
});

describe('an epoch', () => {
  test('trains on every example, those of a smaller last batch too', () => {
    // At next to no rate the weights stay, so that the epoch's means are those of an evaluation of the same images.
    const same = { ...dataset, test: dataset.train };
    const run = specification({
      model: LENET,
      batchSize: 16,
      learningRate: { name: 'constant', rate: 1e-30 },
    });
    const session = new TrainingSession(engine, run, same, 1);
    const { test } = session.evaluate();
    const seen: [number, number, number][] = [];
    const trained = session.trainEpoch((step, steps, loss) => seen.push([step, steps, loss()]));
    expect(trained.steps).toBe(7);
    expect(trained.loss).toBeCloseTo(test.loss, 5);
    expect(trained.accuracy).toBeCloseTo(test.accuracy, 6);
    expect(seen.map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(seen.every(([, steps]) => steps === 7)).toBe(true);
    expect(seen.at(-1)![2]).toBe(trained.loss);
    session.dispose();
  });

  test.each([
    ['SGD', SGD, 0.02],
    ['Adam', ADAM, 0.01],
  ])('of %s learns', (_name, optimizer, rate) => {
    const run = specification({ optimizer, learningRate: { name: 'constant', rate }, epochs: 6 });
    const session = new TrainingSession(engine, run, dataset, 1);
    const before = session.evaluate();
    let last = epochOf(session);
    for (let epoch = 2; epoch <= 6; epoch++) last = epochOf(session);
    expect(before.test.accuracy).toBeLessThan(0.6);
    expect(last.evaluation.test.accuracy).toBeGreaterThan(0.9);
    expect(last.evaluation.validation!.accuracy).toBeGreaterThan(0.8);
    expect(last.trained.loss).toBeLessThan(0.7 * before.test.loss);
    session.dispose();
  });

  test('leaves nothing behind on the device', () => {
    const outside = engine.liveHandles;
    const session = new TrainingSession(
      engine,
      specification({ epochs: 8, pruning: pruningAfter(2) }),
      dataset,
      1,
    );
    const counts: number[] = [];
    for (let epoch = 1; epoch <= 8; epoch++) {
      epochOf(session);
      session.checkpoint();
      if (epoch === 5) session.restore(session.checkpoint());
      counts.push(engine.liveHandles);
    }
    expect(new Set(counts).size).toBe(1);
    session.dispose();
    expect(engine.liveHandles).toBe(outside);
  });

  test('without validation has none', () => {
    const session = new TrainingSession(engine, specification(), { ...dataset, validation: null }, 1);
    expect(epochOf(session).evaluation.validation).toBeNull();
    session.dispose();
  });
});

describe('a training that diverges', () => {
  // Decay alone multiplies every weight by −999 in a step.
  const diverging = specification({
    model: LENET,
    epochs: 20,
    optimizer: { ...SGD, weightDecay: 10 },
    learningRate: { name: 'constant', rate: 100 },
  });

  test('fails, and says what to do', () => {
    const outside = engine.liveHandles;
    const session = new TrainingSession(engine, diverging, dataset, 1);
    expect(() => epochOf(session)).toThrow(
      expect.objectContaining({
        code: 'DIVERGED',
        message: expect.stringMatching(
          /training loss is not a finite number in epoch 1.*lower the learning rate \(100\)/,
        ) as string,
      }),
    );
    session.dispose();
    expect(engine.liveHandles).toBe(outside);
  });

  test('is found out by a look at the loss within the epoch', () => {
    const session = new TrainingSession(engine, diverging, dataset, 1);
    let steps = 0;
    expect(() =>
      session.trainEpoch((step, _steps, loss) => {
        steps = step;
        loss();
      }),
    ).toThrow(expect.objectContaining({ code: 'DIVERGED' }));
    expect(steps).toBeLessThan(7);
    session.dispose();
  });

  test('is found out after its very last step too', () => {
    const session = new TrainingSession(engine, { ...diverging, batchSize: 100 }, dataset, 1);
    const untilNaN = (): void => {
      for (;;) {
        // Of the weights before its only step, which the evaluation of the epoch before found sound.
        expect(Number.isFinite(session.trainEpoch(() => undefined).loss)).toBe(true);
        session.evaluate();
      }
    };
    expect(untilNaN).toThrow(
      expect.objectContaining({
        code: 'DIVERGED',
        message: expect.stringMatching(/test loss is not a finite number in epoch \d+/) as string,
      }),
    );
    session.dispose();
  });
});

describe('a checkpoint that does not fit', () => {
  const session = (): TrainingSession =>
    new TrainingSession(engine, specification({ model: LENET }), dataset, 1);
  const changed = (
    bytes: Uint8Array,
    of: (file: ReturnType<typeof decodeSafetensors>) => void,
  ): Uint8Array => {
    const file = decodeSafetensors(bytes);
    of(file);
    return encodeSafetensors(file);
  };
  test.each<[string, (file: ReturnType<typeof decodeSafetensors>) => void, RegExp]>([
    [
      'of another format',
      ({ metadata }) => (metadata['format'] = 'cascade-lab checkpoint 0'),
      /format is 'cascade-lab checkpoint 0'/,
    ],
    ['of no format', ({ metadata }) => delete metadata['format'], /format is 'unknown'/],
    ['without a position', ({ metadata }) => delete metadata['position'], /does not say where the run stood/],
    [
      'with a position of nonsense',
      ({ metadata }) => (metadata['position'] = '{"epoch":"3"}'),
      /where the run stood/,
    ],
    ['without a weight', ({ tensors }) => tensors.delete('fc1.weight'), /has no 'fc1.weight'/],
    [
      'without a moment',
      ({ tensors }) => tensors.delete('optimizer/momentum/fc1.weight'),
      /has no 'optimizer\/momentum\/fc1.weight'/,
    ],
    ['without a mask', ({ tensors }) => tensors.delete('mask-bits/fc3'), /has no 'mask-bits\/fc3'/],
    [
      'with a mask that is too short',
      ({ tensors }) =>
        tensors.set('mask-bits/fc3', { dtype: 'U8', shape: [49], bytes: new Uint8Array(49).fill(255) }),
      /'mask-bits\/fc3' is 49 bytes of U8 instead of 50 of U8 for 400 weights/,
    ],
    [
      'of another shape',
      ({ tensors }) => (tensors.get('fc3.weight')!.shape = [4, 100]),
      /'fc3.weight' is F32 of 4 × 100 instead of F32 of 100 × 4/,
    ],
    [
      'of another type',
      ({ tensors }) => tensors.set('fc1.bias', { dtype: 'I32', shape: [300], bytes: new Uint8Array(1200) }),
      /'fc1.bias' is I32/,
    ],
  ])('%s', (_what, of, message) => {
    const unable = session();
    const bytes = changed(unable.checkpoint(), of);
    expect(() => unable.restore(bytes)).toThrow(
      expect.objectContaining({
        code: 'CHECKPOINT_UNUSABLE',
        message: expect.stringMatching(message) as string,
      }),
    );
    unable.dispose();
  });
});

test('the network knows the range of its normalised pixels', () => {
  const { nodes } = describeNetwork(specification(), dataset);
  const { minimum, maximum } = nodes[0] as { minimum: number; maximum: number };
  expect(minimum).toBeCloseTo(-0.33 / 0.21, 12);
  expect(maximum).toBeCloseTo(0.67 / 0.21, 12);
});

test('counts its parameters', () => {
  expect(parameterCount(describeNetwork(specification({ model: LENET }), dataset))).toBe(
    64 * 300 + 300 + 300 * 100 + 100 + 100 * 4 + 4,
  );
});

test('the buffers of a record can change threads, each once', () => {
  const session = new TrainingSession(engine, specification(), dataset, 1);
  const { layers, evaluation } = epochOf(session);
  const { classes } = evaluation.test;
  const labels = Uint16Array.of(1);
  const predictions = [
    { moment: 'epoch', labels, predicted: Uint16Array.of(2), margins: Float32Array.of(-1) },
  ];
  const checkpoint = { epoch: 1, bytes: session.checkpoint() };
  type Record = Parameters<typeof buffersOf>[0];
  const record = { epoch: 1, phase: 'training', layers, classes, predictions } as unknown as Record;
  const buffers = buffersOf(record, checkpoint);
  expect(buffers).toHaveLength(2 * layers.length + 2 + 3 + 1);
  expect(new Set(buffers).size).toBe(buffers.length);
  expect(() => structuredClone(record, { transfer: buffers })).not.toThrow();
  expect(layers[0]!.planes.byteLength).toBe(0);
  expect(labels.byteLength).toBe(0);
  session.dispose();
});
