import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import { NetworkBuilder } from '../../../../main/trainer/network/builder.ts';
import { forward } from '../../../../main/trainer/network/forward.ts';
import { models } from '../../../../main/trainer/network/registry.ts';
import { runsRotated } from '../../../../main/trainer/network/rotated.ts';
import { rotateImages } from '../../../../main/trainer/steps/device-data.ts';
import { openEngine, type Engine, type Tensor } from '../../../../main/trainer/tensorflow/engine.ts';
import { conv2d, depthwiseConv2d } from '../../../../main/trainer/tensorflow/operations/index.ts';

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 1, precision: 'float64' });
});
afterAll(() => engine?.dispose());

function describe(model: NamedOptions, side: number, channels = 1): Parameters<typeof runsRotated>[0] {
  const image: [number, number, number] = [side, side, channels];
  return models.open(model).describe({ imageShape: image, classes: 10, minimum: -1, maximum: 1 });
}
const conv = (strides: number[]): NamedOptions => ({
  name: 'conv-bn-relu',
  widths: strides.map(() => 4),
  strides,
});

test('only networks whose padding TensorFlow has the other way round run rotated', () => {
  expect(runsRotated(describe(conv([1, 2]), 28))).toBe(true);
  expect(runsRotated(describe({ name: 'depthwise-separable' }, 28))).toBe(true);
  expect(runsRotated(describe(conv([1, 1]), 28)), 'even padding').toBe(false);
  expect(runsRotated(describe(conv([1, 2]), 27)), 'odd sides').toBe(false);
  expect(runsRotated(describe({ name: 'lenet-300-100' }, 28)), 'positions have meaning').toBe(false);
  // 29 → 15 at stride 2, then 15 → 5 at stride 3, which leaves out the last row: rotated, it would leave out the first.
  expect(runsRotated(describe(conv([2, 3, 3]), 29)), 'rows that nobody reads').toBe(false);
});

const build = (side: number): NetworkBuilder =>
  new NetworkBuilder('net', [side, side, 2], 3, { minimum: -1, maximum: 1 });

test.each<[string, boolean, (network: NetworkBuilder) => NetworkBuilder]>([
  ['stride 2', true, (network) => network],
  ['a residual sum', true, (network) => network.relu('relu').add('sum', 'first')],
  ['average pooling', true, (network) => network.averagePool('pool', 3, { stride: 1, padding: 1 })],
  ['dilation', true, (network) => network.conv('dilated', 4, 3, { dilation: 2 })],
  ['dilation at stride 2', true, (network) => network.conv('dilated', 4, 3, { dilation: 2, stride: 2 })],
  ['a shortcut that leaves out the last row', false, (network) => network.shortcut('short', 4, 2)],
  ['a pointwise layer that leaves it out', false, (network) => network.conv('down', 4, 1, { stride: 2 })],
  ['average pooling that leaves it out', false, (network) => network.averagePool('pool', 3)],
  [
    'dilation that leaves it out',
    false,
    (network) => network.conv('dilated', 4, 2, { dilation: 2, stride: 2, padding: 0 }),
  ],
  // The gradient goes to the first of equal places, which is the last of a rotated image.
  ['max-pooling', false, (network) => network.maxPool('pool', 2)],
])('of the others: %s: %s', (_, rotated, more) => {
  const network = more(build(16).conv('first', 4, 3, { stride: 2 })).globalAveragePool('mean');
  expect(runsRotated(network.dense('fc', 3).build())).toBe(rotated);
});

test('a network with branches gives the same rotated, forward and back', () => {
  const { tf } = engine;
  const builder = build(12)
    .conv('stem', 4, 3, { stride: 2 })
    .batchNorm('bn')
    .activation('swish', 'hard-swish');
  const trunk = builder.cursor;
  const branch = builder.depthwise('deep', 3).conv('wide', 4, 3, { groups: 2, dilation: 2 }).cursor;
  builder
    .from(trunk)
    .shortcut('short', 4, 1)
    .averagePool('mean', 3, { stride: 1, padding: 1 })
    .add('sum', branch);
  const features = builder.cursor;
  const network = builder
    .globalAveragePool('squeeze', { keepSpatial: true })
    .conv('gate', 4, 1)
    .activation('gates', 'sigmoid')
    .scale('scaled', features)
    .conv('last', 5, 3, { stride: 2 })
    .globalAveragePool('pool')
    .dense('fc', 3)
    .build();
  expect(runsRotated(network)).toBe(true);
  const values = new Map(
    network.parameters.map(({ name, shape }, index) => [
      name,
      tf.randomUniform(shape, -0.5, 0.5, 'float32', index),
    ]),
  );
  const images = tf.randomUniform([2, 12, 12, 2], -1, 1, 'float32', 99);
  const trained = network.parameters.filter(({ role }) => role !== 'mean' && role !== 'variance');
  const outcome = (rotated: boolean): Tensor[] => {
    let logits!: Tensor;
    const gradients = tf.grads((x: Tensor, ...parameters: Tensor[]) => {
      const current = new Map(trained.map(({ name }, index) => [name, parameters[index]!]));
      const parameter = (name: string): Tensor => current.get(name) ?? values.get(name)!;
      const context = { engine, training: true, rotated, seed: null, parameter, updated: () => undefined };
      logits = tf.keep(forward(context, network, x));
      return tf.sum(tf.square(logits));
    })([rotated ? tf.reverse(images, [1, 2]) : images, ...trained.map(({ name }) => values.get(name)!)]);
    const [toImages, ...others] = gradients as [Tensor, ...Tensor[]];
    return [logits, rotated ? tf.reverse(toImages, [1, 2]) : toImages, ...others];
  };
  const [plain, rotated] = [outcome(false), outcome(true)];
  rotated.forEach((tensor, index) => {
    const size = Number(tf.max(tf.abs(plain[index]!)).dataSync()[0]);
    expect(differ(tensor, plain[index]!) / size, String(index)).toBeLessThan(1e-11);
  });
});

test('images are rotated by half a turn, their channels stay in order', () => {
  const images = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18);
  const rotated = rotateImages({ images, count: 2 }, [2, 2, 2]);
  expect([...rotated]).toEqual([7, 8, 5, 6, 3, 4, 1, 2, 17, 18, 15, 16, 13, 14, 11, 12]);
  expect(images[0]).toBe(1);
});

test.each([
  ['conv2d', conv2d, [3, 3, 2, 4]],
  ['depthwiseConv2d', depthwiseConv2d, [3, 3, 2, 1]],
] as const)('%s of a rotated image is the rotated result, and so are its gradients', (_, convolve, shape) => {
  const { tf } = engine;
  const random = (dimensions: readonly number[], seed: number): Tensor =>
    tf.randomUniform([...dimensions], -1, 1, 'float32', seed);
  const turn = (x: Tensor): Tensor => tf.reverse(x, [1, 2]);
  for (const stride of [1, 2])
    for (const side of [6, 7]) {
      const x = random([2, side, side, 2], 1);
      const kernel = random(shape, 2);
      const options = { stride, padding: 1 };
      const weights = random(convolve(engine, x, kernel, options).shape, 3);
      // A sum with weights, so that every place of the output has a gradient of its own.
      const gradients = (rotated: boolean): Tensor[] =>
        tf.grads((image, filter) => {
          const output = convolve(engine, image as Tensor, filter as Tensor, { ...options, rotated });
          return tf.sum(tf.mul(output, rotated ? turn(weights) : weights));
        })([rotated ? turn(x) : x, kernel]) as Tensor[];
      const [plain, rotated] = [gradients(false), gradients(true)];
      expect(differ(turn(rotated[0]!), plain[0]!), 'gradient of the image').toBeLessThan(1e-12);
      expect(differ(rotated[1]!, plain[1]!), 'gradient of the kernel').toBeLessThan(1e-12);
      const output = convolve(engine, turn(x), kernel, { ...options, rotated: true });
      expect(differ(turn(output), convolve(engine, x, kernel, options))).toBeLessThan(1e-12);
    }
});

function differ(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return Number(engine.tf.max(engine.tf.abs(engine.tf.sub(a, b))).dataSync()[0]);
}
