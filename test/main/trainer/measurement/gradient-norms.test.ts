import { afterAll, beforeAll, expect, test } from 'vitest';
import { GradientNorms } from '../../../../main/trainer/measurement/gradient-norms.ts';
import { optimizers } from '../../../../main/trainer/optimization/optimizers/registry.ts';
import type { DeviceSplit } from '../../../../main/trainer/steps/device-data.ts';
import { DeviceState } from '../../../../main/trainer/steps/device-state.ts';
import { stateSlots, type StepDesign } from '../../../../main/trainer/steps/step-design.ts';
import { TOTALS, TrainingStep } from '../../../../main/trainer/steps/training-step.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import {
  EXAMPLES,
  smallImages,
  smallNetwork,
  smallParameters,
  SmallTraining,
  STANDARDIZATION,
} from '../steps/small-network.ts';

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 2, precision: 'float64' });
});
afterAll(() => engine?.dispose());

const PLAIN_SGD = { name: 'sgd', momentum: 0, weightDecay: 0 };
const loss = { name: 'cross-entropy', labelSmoothing: 0.2 };

function design(change: Partial<StepDesign> = {}): StepDesign {
  return {
    engine,
    network: smallNetwork(),
    optimizer: optimizers.open(PLAIN_SGD),
    standardization: STANDARDIZATION,
    seed: 7,
    loss,
    ...change,
  };
}

/** Norms of each kernel's mean gradient over batches, from what a step of plain gradient descent takes off it. */
function normsBySteps(
  given: StepDesign,
  data: DeviceSplit,
  batches: readonly Int32Array[],
  masked: boolean,
): number[] {
  const { network } = given;
  const rate = 0.5;
  const sums = network.layers.map(({ weights }) => new Float64Array(weights));
  for (const indices of batches) {
    const training = new SmallTraining(given);
    if (masked) training.prune();
    const read = () =>
      training.state.parameters.map((handle) => Float64Array.from(engine.download(handle) as Float64Array));
    const before = read();
    const step = new TrainingStep(given, data, training.state, indices.length);
    const totals = Array.from({ length: TOTALS }, () => engine.upload(new Float64Array(1), [], 'float64'));
    for (const total of step.run(data, training.state, indices, totals, rate, 1)) total.release();
    const after = read();
    network.layers.forEach(({ kernel }, layer) => {
      const index = network.parameters.findIndex(({ name }) => name === kernel);
      before[index]!.forEach((value, at) => {
        sums[layer]![at]! += (value - after[index]![at]!) / rate / batches.length;
      });
    });
    step.dispose();
    training.dispose();
  }
  return sums.map((gradient) => Math.hypot(...gradient));
}

test.each([
  ['a whole network', false, EXAMPLES, 8, 1],
  ['a pruned network', true, EXAMPLES, 8, 1],
  ['three batches', true, 12 * EXAMPLES, 4, 3],
])('of %s are those of the steps that training would take', (_, masked, count, batch, batches) => {
  const training = new SmallTraining(design());
  if (masked) training.prune();
  const data = training.split(smallImages(6, 1, count), 6);
  const norms = new GradientNorms(design(), data, batch);
  expect(norms.batches.map(({ length }) => length)).toEqual(new Array<number>(batches).fill(batch));
  const found = norms.measure(training.state);
  const wanted = normsBySteps(design(), data, norms.batches, masked);
  found.forEach((norm, layer) => expect(norm / wanted[layer]!).toBeCloseTo(1, 10));
  expect(Math.min(...found)).toBeGreaterThan(1e-4);
  norms.dispose();
  for (const handle of [data.images, data.labels]) handle.release();
  training.dispose();
});

test('are at most of 256 examples, and of one batch at least', () => {
  const sizes = (count: number, batch: number) =>
    new GradientNorms(design(), { count } as SmallTraining['data'], batch).batches.map(
      ({ length }) => length,
    );
  expect(sizes(60_000, 64)).toEqual([64, 64, 64, 64]);
  expect(sizes(60_000, 300)).toEqual([300]);
  expect(sizes(100, 128)).toEqual([100]);
  expect(sizes(8_000, 100)).toEqual([100, 100]);
});

test('read the state and change nothing of it; the same state has the same norms, however its images lie', () => {
  const dropout = smallNetwork();
  const logits = dropout.nodes.at(-1)!;
  dropout.nodes.splice(
    -1,
    1,
    { name: 'drop', operation: 'dropout', rate: 0.5, inputs: ['pool'], channels: 6 },
    {
      ...logits,
      inputs: ['drop'],
    },
  );
  const given = design({ network: dropout });
  const [held, streamed] = [false, true].map((stream) => new SmallTraining(given, { streamed: stream })) as [
    SmallTraining,
    SmallTraining,
  ];
  const norms = [held, streamed].map(({ data }) => new GradientNorms(given, data, 8));
  const before = held.values;
  const handles = engine.liveHandles;
  const first = norms[0]!.measure(held.state);
  expect(engine.liveHandles).toBe(handles);
  expect(held.values).toEqual(before);
  expect(norms[0]!.measure(held.state)).toEqual(first);
  expect(norms[1]!.measure(streamed.state)).toEqual(first);
  held.state.writeParameter('last.bias', [3, 0, 0, 0]);
  expect(norms[0]!.measure(held.state)).not.toEqual(first);
  for (const each of norms) each.dispose();
  for (const each of [held, streamed]) each.dispose();
});

test('are those of the trained weights where averages are evaluated', () => {
  const averaging = { name: 'exponential', decay: 0.9 };
  const given = design({ averaging });
  const training = new SmallTraining(given);
  const norms = new GradientNorms(given, training.data, 8);
  for (let step = 1; step <= 3; step++) training.run(step);
  const found = norms.measure(training.state);
  const plain = new DeviceState(engine, given.network, stateSlots(design()), smallParameters());
  for (const { name } of given.network.parameters)
    plain.writeParameter(name, training.state.readParameter(name));
  const other = new GradientNorms(design(), training.data, 8);
  other.measure(plain).forEach((norm, layer) => expect(norm).toBeCloseTo(found[layer]!, 5));
  for (const each of [norms, other, plain, training]) each.dispose();
});
