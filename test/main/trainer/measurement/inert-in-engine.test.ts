import { afterAll, beforeAll, expect, test } from 'vitest';
import { findInert } from '../../../../main/trainer/measurement/inert/inert.ts';
import { ACTIVATIONS, type NetworkDescription } from '../../../../common/network.ts';
import { generator } from '../../../../main/trainer/random.ts';
import { forward } from '../../../../main/trainer/network/forward.ts';
import { openEngine, type Engine, type Handle } from '../../../../main/trainer/tensorflow/engine.ts';
import { logitsOf } from '../../../common/cascade/float64-network.ts';
import {
  channelsOf,
  images,
  randomNetwork,
  randomValues,
  type Values,
} from '../../../common/cascade/random-networks.ts';

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 1 });
});
afterAll(() => engine?.dispose());

/** Logits of a batch in float32, with each of the given parameters, by the same traced function. */
function logits(
  network: NetworkDescription,
  batch: readonly Float32Array[],
  given: readonly Values[],
): number[][] {
  const shape = [batch.length, ...network.inputShape];
  const float32 = 'float32' as const;
  const traced = engine.trace(
    'logits',
    [{ shape, dtype: float32 }, ...network.parameters.map((of) => ({ shape: of.shape, dtype: float32 }))],
    (pixels, ...parameters) => {
      const tensors = new Map(network.parameters.map(({ name }, index) => [name, parameters[index]!]));
      const parameter = (name: string) => tensors.get(name)!;
      const context = {
        engine,
        training: false,
        rotated: false,
        seed: null,
        parameter,
        updated: () => undefined,
      };
      return [forward(context, network, pixels!)];
    },
  );
  const flat = Float32Array.from(batch.flatMap((image) => [...image]));
  const results = given.map((values) => {
    const handles: Handle[] = [
      engine.upload(flat, shape, float32),
      ...network.parameters.map((of) => engine.upload(values.get(of.name)!, of.shape, float32)),
    ];
    const [output] = traced.call(handles);
    const result = [...engine.download(output!)].map((x) => Number(x) + 0);
    for (const handle of [...handles, output!]) handle.release();
    return result;
  });
  traced.dispose();
  return results;
}

/** All inert weights set to zero, and how many these are. */
function withoutInert(network: NetworkDescription, values: Values): { removed: Values; count: number } {
  const found = findInert(network, values);
  const removed = new Map(values);
  let count = 0;
  for (const layer of network.layers) {
    const { inputZero, outputBlocked } = found.get(layer.name)!;
    const weights = values.get(layer.kernel)!.map((weight, index) => {
      const { from, to } = channelsOf(layer, index);
      if (weight === 0 || !(inputZero[from] || outputBlocked[to])) return weight;
      count++;
      return 0;
    });
    removed.set(layer.kernel, weights);
  }
  return { removed, count };
}

test('in TensorFlow, too, no logit changes by a bit without the inert weights, and all are the reference’s', () => {
  let inert = 0;
  for (let number = 0; number < 40; number++) {
    const random = generator(number, 'inert in the engine');
    const network = randomNetwork(random, { activations: ACTIVATIONS, skips: true });
    const values = randomValues(network, random);
    const { removed, count } = withoutInert(network, values);
    inert += count;
    const batch = images(network, 3, random);
    const [before, after] = logits(network, batch, [values, removed]) as [number[], number[]];
    expect(after, `network ${number}`).toEqual(before);
    const reference = batch.flatMap((image) => [...logitsOf(network, values, image)]);
    const scale = Math.max(...reference.map(Math.abs), 1);
    const apart = Math.max(...reference.map((x, index) => Math.abs(x - before[index]!)));
    expect(apart / scale, `network ${number}`).toBeLessThan(1e-4);
  }
  expect(inert).toBeGreaterThan(1000);
});
