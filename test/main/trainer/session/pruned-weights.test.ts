import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INERT_PLANE, planeBytes } from '../../../../common/records.ts';
import { kernelSigma } from '../../../../main/trainer/measurement/states.ts';
import { TrainingSession } from '../../../../main/trainer/session/session.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import {
  ADAM,
  DEPTHWISE,
  epochOf,
  LENET,
  pruningAfter,
  SGD,
  smallDataset,
  specification,
  tensorsOf,
  withTensors,
} from './small-runs.ts';

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 2 });
});
afterAll(() => engine?.dispose());
const dataset = smallDataset();
const zeros = (values: ArrayLike<number>): number => Array.from(values).filter((value) => value === 0).length;

describe.each([
  ['SGD', SGD, ['momentum']],
  ['Adam', ADAM, ['first-moment', 'second-moment']],
])('%s', (_name, optimizer, slots) => {
  test('revives no pruned weight in 200 steps, by momentum, decay or gradient', () => {
    const session = new TrainingSession(
      engine,
      specification({ optimizer, batchSize: 5, epochs: 11, pruning: pruningAfter(1) }),
      dataset,
      1,
    );
    session.trainEpoch(() => undefined);
    const before = tensorsOf(session.checkpoint());
    session.pruneIfPlanned();
    const layers = session.network.layers;
    const prunedAt = (tensors: ReturnType<typeof tensorsOf>, name: string): number[] =>
      [...tensors.get(`mask/${name}`)!.keys()].filter((index) => tensors.get(`mask/${name}`)![index] === 0);
    const places = new Map(
      layers.map(({ name }) => [name, prunedAt(tensorsOf(session.checkpoint()), name)] as const),
    );

    // What could revive them was there: their weights, and momentum at those very places.
    for (const { name, kernel } of layers) {
      expect(places.get(name)!.length).toBeGreaterThan(5);
      for (const slot of ['', ...slots.map((each) => `optimizer/${each}/`)]) {
        const values = before.get(`${slot}${kernel}`)!;
        expect(places.get(name)!.some((index) => values[index] !== 0)).toBe(true);
      }
    }

    let steps = 0;
    let last = tensorsOf(session.checkpoint());
    for (;;) {
      for (const { name, kernel } of layers) {
        expect(prunedAt(last, name)).toEqual(places.get(name));
        for (const slot of ['', ...slots.map((each) => `optimizer/${each}/`)]) {
          const values = last.get(`${slot}${kernel}`)!;
          expect(
            places.get(name)!.every((index) => values[index] === 0),
            `${slot}${kernel}`,
          ).toBe(true);
        }
      }
      if (steps >= 200) break;
      steps += session.trainEpoch(() => undefined).steps;
      const next = tensorsOf(session.checkpoint());
      expect(next.get(layers[0]!.kernel)).not.toEqual(last.get(layers[0]!.kernel));
      last = next;
    }
    expect(steps).toBe(200);
    session.dispose();
  });
});

describe('pruned is what the mask says', () => {
  const kept = specification({ model: LENET, epochs: 2, pruning: pruningAfter(1, { sparsity: 0.5 }) });

  test('kept weights that are zero are not pruned: they are measured as zero, and train on', () => {
    const session = new TrainingSession(engine, kept, dataset, 1);
    const zeroed = withTensors(session.checkpoint(), (name, values) =>
      name === 'fc2.weight' ? values.map((weight, index) => (index % 3 ? weight : 0)) : null,
    );
    session.restore(zeroed);
    const [, fc2] = session.measure().layers;
    expect(fc2).toMatchObject({ pruned: 0, zero: 10_000, inert: 10_000 });
    expect(fc2!.shed.every((count) => count >= 10_000)).toBe(true);
    session.trainEpoch(() => undefined);
    const after = tensorsOf(session.checkpoint());
    expect(zeros(after.get('mask/fc2')!)).toBe(0);
    expect(zeros(after.get('fc2.weight')!)).toBeLessThan(1_000);
    session.dispose();
  });

  test('a resumed run has its masks from the checkpoint, whatever the weights there', () => {
    const session = new TrainingSession(engine, kept, dataset, 1);
    epochOf(session);
    const pruned = session.measure().layers.map((layer) => layer.pruned);
    const dirty = withTensors(session.checkpoint(), (_name, values) => values.map((x) => (x === 0 ? 7 : x)));
    session.restore(dirty);
    expect(session.measure().layers.map((layer) => layer.pruned)).toEqual(pruned);
    const { trained } = epochOf(session);
    expect(Number.isFinite(trained.loss)).toBe(true);
    const tensors = tensorsOf(session.checkpoint());
    for (const name of ['fc1', 'fc2', 'fc3']) {
      const mask = tensors.get(`mask/${name}`)!;
      const weights = tensors.get(`${name}.weight`)!;
      expect(mask.every((bit, index) => bit === 1 || weights[index] === 0)).toBe(true);
    }
    session.dispose();
  });
});

describe('a pruning', () => {
  test('happens where planned, tells what it did, and is reached to the weight', () => {
    const pruning = pruningAfter(1, { layers: { kinds: ['depthwise'], names: [], except: [] } });
    const session = new TrainingSession(engine, specification({ pruning }), dataset, 1);
    const unpruned = new TrainingSession(engine, specification({ pruning }), dataset, 1);
    unpruned.trainEpoch(() => undefined);
    const before = unpruned.evaluate().test;
    expect(session.pruneIfPlanned()).toBeNull();
    const { events, layers, evaluation } = epochOf(session);
    // dw1 and dw2 have 54 + 72 weights, of 54 + 54 + 48 + 72 + 80 + 40.
    expect(events).toMatchObject([
      {
        kind: 'pruned',
        epoch: 1,
        data: {
          asked: 0.6,
          reached: 76 / 126,
          prunedWeights: 76,
          prunableWeights: 348,
          testAccuracyAfter: evaluation.test.accuracy,
          testAccuracyBefore: before.accuracy,
          testLossBefore: before.loss,
          testLossAfter: evaluation.test.loss,
        },
      },
    ]);
    expect(events[0]!.message).toMatch(
      /^Pruned 60\.32% of the chosen layers’ weights \(asked 60\.00%\), 21\.84% of all/,
    );
    expect(layers.reduce((sum, layer) => sum + layer.pruned, 0)).toBe(76);
    expect(layers.filter(({ pruned }) => pruned > 0).map(({ name }) => name)).toEqual(['dw1', 'dw2']);
    expect(epochOf(session).events).toEqual([]);
    session.dispose();
  });

  test('at initialisation comes before the first step', () => {
    const session = new TrainingSession(engine, specification({ pruning: pruningAfter(0) }), dataset, 1);
    session.takeReference();
    expect(session.pruneIfPlanned()).toMatchObject({ events: [{ kind: 'pruned', epoch: 0 }] });
    session.dispose();
  });

  test('that takes a whole layer says so', () => {
    const layers = { kinds: [], names: ['dw2', 'fc'], except: [] };
    const session = new TrainingSession(
      engine,
      specification({ pruning: pruningAfter(0, { layers, sparsity: 0.999 }) }),
      dataset,
      1,
    );
    const { events } = session.pruneIfPlanned()!;
    expect(events).toMatchObject([
      { kind: 'pruned' },
      { kind: 'layer-collapsed', epoch: 0, data: { layers: ['dw2', 'fc'] } },
    ]);
    expect(events[1]!.message).toMatch(/Every weight of dw2, fc was pruned/);
    session.dispose();
  });

  test('leaves its control alone: twins are the same to the bit until then', () => {
    const pruning = pruningAfter(2);
    const [pruned, control] = [pruning, null].map(
      (each) => new TrainingSession(engine, specification({ pruning: each, referenceEpoch: 2 }), dataset, 1),
    ) as [TrainingSession, TrainingSession];
    const first = epochOf(pruned);
    expect(epochOf(control)).toEqual(first);
    expect(Buffer.compare(pruned.checkpoint(), control.checkpoint())).toBe(0);
    const [a, b] = [epochOf(pruned), epochOf(control)];
    expect(b.trained).toEqual(a.trained);
    expect(b.layers.map((layer) => layer.pruned)).toEqual([0, 0, 0, 0, 0, 0]);
    // And both take σ of the same weights, before the pruning.
    const sigmas = (checkpoint: Uint8Array): unknown => positionOf(checkpoint)['sigmas'];
    expect(sigmas(pruned.checkpoint())).toEqual(sigmas(control.checkpoint()));
    const weights = tensorsOf(control.checkpoint());
    expect(sigmas(control.checkpoint())).toEqual(
      Object.fromEntries(
        control.network.layers.map(({ name, kernel }) => [
          name,
          kernelSigma(weights.get(kernel)! as Float32Array),
        ]),
      ),
    );
    for (const session of [pruned, control]) session.dispose();
  });
});

test('relative thresholds keep the σ of the reference epoch', () => {
  const session = new TrainingSession(
    engine,
    specification({
      thresholds: [{ sigma: 0.5 }],
      referenceEpoch: 1,
      learningRate: { name: 'constant', rate: 0.1 },
    }),
    dataset,
    1,
  );
  epochOf(session);
  const { sigmas } = positionOf(session.checkpoint()) as { sigmas: Record<string, number> };
  const { layers } = epochOf(session);
  const tensors = tensorsOf(session.checkpoint());
  for (const { name, kernel } of session.network.layers) {
    const threshold = Math.fround(0.5 * sigmas[name]!);
    const weights = [...tensors.get(kernel)!];
    const record = layers.find((layer) => layer.name === name)!;
    expect(record.shed).toEqual([weights.filter((weight) => Math.abs(weight) <= threshold).length]);
    expect(kernelSigma(Float32Array.from(weights))).not.toBe(sigmas[name]);
  }
  session.dispose();
});

test('removing what is measured as inert changes no evaluation, to the bit', () => {
  // Enough of the small kernels go for whole channels to die.
  const layers = { kinds: ['depthwise'], names: [], except: [] };
  const session = new TrainingSession(
    engine,
    specification({ model: DEPTHWISE, pruning: pruningAfter(1, { layers, sparsity: 0.9 }) }),
    dataset,
    3,
  );
  epochOf(session);
  const { evaluation, layers: records } = epochOf(session);
  expect(records.reduce((sum, layer) => sum + layer.inert, 0)).toBeGreaterThan(30);
  const inertOf = new Map(
    session.network.layers.map(({ kernel, weights }, index) => {
      const planes = records[index]!.planes;
      const start = INERT_PLANE * planeBytes(weights);
      return [kernel, (weight: number) => (planes[start + (weight >> 3)]! >> (weight & 7)) & 1] as const;
    }),
  );
  const checkpoint = session.checkpoint();
  session.restore(
    withTensors(checkpoint, (name, values) => {
      const inert = inertOf.get(name);
      return inert ? values.map((weight, index) => (inert(index) ? 0 : weight)) : null;
    }),
  );
  expect(session.evaluate()).toEqual(evaluation);
  // That this is not true of any weights: without the others, the loss is another.
  session.restore(
    withTensors(checkpoint, (name, values) => {
      const inert = inertOf.get(name);
      return inert ? values.map((weight, index) => (inert(index) ? weight : 0)) : null;
    }),
  );
  expect(session.evaluate().test.loss).not.toBe(evaluation.test.loss);
  session.dispose();
});

function positionOf(checkpoint: Uint8Array): Record<string, unknown> {
  const length = Number(new DataView(checkpoint.buffer, checkpoint.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(checkpoint.subarray(8, 8 + length))) as {
    __metadata__: { position: string };
  };
  return JSON.parse(header.__metadata__.position) as Record<string, unknown>;
}
