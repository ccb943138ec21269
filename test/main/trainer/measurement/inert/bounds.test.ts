import { expect, test } from 'vitest';
import { forwardBounds } from '../../../../../main/trainer/measurement/inert/bounds.ts';
import { ACTIVATIONS } from '../../../../../common/network.ts';
import { generator, uniforms } from '../../../../../main/trainer/random.ts';
import { NetworkBuilder } from '../../../../../main/trainer/network/builder.ts';
import { activationsOf } from '../../../../common/cascade/float64-network.ts';
import { withOnes } from '../../../../common/cascade/hand-made.ts';
import { chance, images, randomNetwork, randomValues } from '../../../../common/cascade/random-networks.ts';

const { fround } = Math;

test('no value of any node leaves its bounds, in float32, whatever weights are removed', () => {
  for (let number = 0; number < 150; number++) {
    const random = generator(number, 'bounds');
    const network = randomNetwork(random, { activations: ACTIVATIONS, skips: true });
    const values = randomValues(network, random);
    const bounds = forwardBounds(network, values);
    for (const image of images(network, 2, random)) {
      const share = chance(random, 0.5) ? 1 : 0.5;
      const kept = new Map(values);
      for (const { kernel } of network.layers)
        kept.set(
          kernel,
          values.get(kernel)!.map((weight) => (chance(random, share) ? weight : 0)),
        );
      for (const [name, { values: outputs, channels }] of activationsOf(network, kept, image, fround)) {
        const { low, high } = bounds.get(name)!;
        const escaped = outputs.findIndex(
          (x, index) => !(x >= low[index % channels]! && x <= high[index % channels]!),
        );
        expect(escaped, `${name} of network ${number}`).toBe(-1);
      }
    }
  }
});

test('batch norm of values far from zero, as engines fold it: their difference has the error of the whole', () => {
  const net = withOnes(
    new NetworkBuilder('far', [1, 1, 1], 2, { minimum: 1000, maximum: 1001 })
      .batchNorm('n')
      .dense('fc', 2)
      .build(),
  );
  const scale = fround(1 / Math.sqrt(1 + 1e-5));
  for (const mean of uniforms(200, generator(1, 'far means')).map((x) => fround(1000 + x))) {
    net.values.get('n.mean')![0] = mean;
    const { low, high } = forwardBounds(net.network, net.values).get('n')!;
    for (const [x, bound, side] of [
      [1000, low[0]!, 1],
      [1001, high[0]!, -1],
    ] as const)
      expect(side * (fround(fround(x * scale) - fround(mean * scale)) - bound)).toBeGreaterThanOrEqual(0);
  }
});
