import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INERT_PLANE, planeBytes, type LayerRecord } from '../../../../common/records.ts';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import type { Dataset } from '../../../../main/trainer/data/dataset.ts';
import { countsDead } from '../../../../main/trainer/measurement/dead-on-data.ts';
import { forward } from '../../../../main/trainer/network/forward.ts';
import { planTraining } from '../../../../main/trainer/training-plan.ts';
import { TrainingSession } from '../../../../main/trainer/session/session.ts';
import { openEngine, type Engine, type Tensor } from '../../../../main/trainer/tensorflow/engine.ts';
import { standardize } from '../../../../main/trainer/tensorflow/operations/index.ts';
import { pruningAfter, smallDataset, specification, tensorsOf } from '../session/small-runs.ts';

let engine: Engine;
beforeAll(() => void (engine = openEngine({ device: 'cpu', threads: 1 })));
afterAll(() => engine?.dispose());

const dataset = smallDataset({ train: 32, test: 16 });

/** A run that ends in a pruning, and the layers as they are counted then. */
function prunedRun(
  model: NamedOptions,
  pruning: Parameters<typeof pruningAfter>[1],
  data: Dataset = dataset,
) {
  const session = new TrainingSession(
    engine,
    specification({ model, epochs: 1, pruning: pruningAfter(1, pruning) }),
    data,
    1,
  );
  session.trainEpoch(() => undefined);
  session.pruneIfPlanned();
  const { layers } = session.withDeadCounted(session.measure());
  return { session, layers };
}

const depthwise90 = {
  criterion: { name: 'random' },
  sparsity: 0.9,
  layers: { kinds: ['depthwise'], names: [], except: [] },
};

/** Kept weights without a gradient of the loss, image by image; a sum of magnitudes, in which nothing can cancel. */
function byBruteForce(session: TrainingSession, data: Dataset): Map<string, Uint8Array> {
  const { network } = session;
  const tensors = tensorsOf(session.checkpoint());
  const seen = new Map(network.layers.map(({ name, weights }) => [name, new Uint8Array(weights)]));
  const { tf } = engine;
  const kernels = network.layers.map(({ kernel }) => kernel);
  for (const split of [data.train, data.test])
    for (let image = 0; image < split.count; image++)
      tf.tidy(() => {
        const values = new Map(
          network.parameters.map(({ name, shape }) => [
            name,
            tf.tensor(Float32Array.from(tensors.get(name)! as ArrayLike<number>), shape) as Tensor,
          ]),
        );
        const size = data.imageShape.reduce((product, side) => product * side, 1);
        const pixels = split.images.subarray(image * size, (image + 1) * size);
        const input = standardize(
          engine,
          tf.tensor(Int32Array.from(pixels), [1, ...data.imageShape], 'int32'),
          {
            mean: data.mean,
            deviation: data.standardDeviation,
          },
        );
        const gradients = tf.grads((...weights: Tensor[]) => {
          const current = new Map(kernels.map((name, index) => [name, weights[index]!]));
          const logits = forward(
            {
              engine,
              training: false,
              rotated: false,
              seed: null,
              parameter: (name) => current.get(name) ?? values.get(name)!,
              updated: () => undefined,
            },
            network,
            input,
          );
          return tf.neg(tf.slice(tf.logSoftmax(logits), [0, split.labels[image]!], [1, 1])).asScalar();
        })(kernels.map((name) => values.get(name)!));
        gradients.forEach((gradient, position) => {
          const marks = seen.get(network.layers[position]!.name)!;
          gradient.dataSync().forEach((value, index) => value !== 0 && (marks[index] = 1));
        });
      });
  return new Map(
    network.layers.map(({ name }) => {
      const mask = tensors.get(`mask/${name}`)! as ArrayLike<number>;
      return [name, seen.get(name)!.map((mark, index) => (mask[index] && !mark ? 1 : 0))];
    }),
  );
}

function inertOf({ weights, planes }: LayerRecord, index: number): number {
  return (planes[INERT_PLANE * planeBytes(weights) + (index >> 3)]! >> (index & 7)) & 1;
}

describe('the count', () => {
  test('is that of a search image by image and weight by weight', () => {
    const model = { name: 'depthwise-separable', stem: 6, widths: [8, 10], strides: [1, 2] };
    const { session, layers } = prunedRun(model, depthwise90);
    const found = byBruteForce(session, dataset);
    session.dispose();
    for (const layer of layers) {
      const dead = found.get(layer.name)!;
      expect(layer.deadOnData, layer.name).toBe(
        dead.reduce((sum, mark, index) => sum + (mark | inertOf(layer, index)), 0),
      );
    }
    expect(layers.reduce((sum, { deadOnData }) => sum + deadOnData!, 0)).toBeGreaterThan(20);
  });

  test.each<[string, NamedOptions]>([
    ['MobileNetV3', { name: 'mobilenet-v3-small', width: 0.25 }],
    ['ResNet-20', { name: 'resnet-20' }],
    ['depthwise-separable', { name: 'depthwise-separable', stem: 8, widths: [12, 16], strides: [1, 2] }],
  ])('is never below what is inert: %s', (name, model) => {
    const pruning = name === 'ResNet-20' ? { criterion: { name: 'magnitude' }, sparsity: 0.97 } : depthwise90;
    const { session, layers } = prunedRun(model, pruning);
    session.dispose();
    let [inert, dead] = [0, 0];
    for (const layer of layers) {
      expect(layer.deadOnData!, layer.name).toBeGreaterThanOrEqual(layer.inert);
      expect(layer.deadOnData!, layer.name).toBeLessThanOrEqual(layer.weights - layer.pruned);
      inert += layer.inert;
      dead += layer.deadOnData!;
    }
    if (name !== 'ResNet-20') expect(dead).toBeGreaterThan(inert);
  });
});

test('a count is due after the last epoch, and where the first and the last pruning end one', () => {
  const plan = (schedule: NamedOptions) =>
    planTraining(specification({ epochs: 9, pruning: { ...pruningAfter(2, {}), schedule } }), 4);
  const due = (of: ReturnType<typeof plan>): number[] =>
    Array.from({ length: of.epochs + 1 }, (_, epoch) => epoch).filter((epoch) => countsDead(of, epoch));
  expect(due(plan({ name: 'one-shot', epoch: 2 }))).toEqual([2, 9]);
  expect(due(plan({ name: 'gradual-linear', from: 2, until: 6 }))).toEqual([3, 6, 9]);
  expect(due(planTraining(specification({ epochs: 9, pruning: null }), 4))).toEqual([9]);
});
