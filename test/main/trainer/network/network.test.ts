import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sizeOf, type NetworkDescription } from '../../../../common/network.ts';
import { NetworkBuilder } from '../../../../main/trainer/network/builder.ts';
import { forward } from '../../../../main/trainer/network/forward.ts';
import { initialParameters } from '../../../../main/trainer/network/initialization.ts';
import { models } from '../../../../main/trainer/network/registry.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';

const INPUT = { imageShape: [28, 28, 1] as [number, number, number], classes: 10, minimum: -1, maximum: 2 };
const describeModel = (
  options: { name: string; [option: string]: unknown },
  input = INPUT,
): NetworkDescription => models.open(options).describe(input);

const count = (network: NetworkDescription, ...roles: string[]): number =>
  network.parameters
    .filter(({ role }) => roles.length === 0 || roles.includes(role))
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
const weights = (network: NetworkDescription): number =>
  network.layers.reduce((sum, layer) => sum + layer.weights, 0);
const macs = (network: NetworkDescription): number =>
  network.layers.reduce((sum, layer) => sum + layer.macs, 0);

describe('LeNet-300-100 on MNIST', () => {
  const network = describeModel({ name: 'lenet-300-100' });

  test('has 266,200 weights and 410 biases; each weight is used once', () => {
    expect(weights(network)).toBe(266_200);
    expect(count(network, 'kernel')).toBe(266_200);
    expect(count(network, 'bias')).toBe(410);
    expect(count(network)).toBe(266_610);
    expect(macs(network)).toBe(266_200);
  });

  test('is dense, ReLU, dense, ReLU, dense over the flattened image', () => {
    expect(network.nodes.map(({ operation, channels }) => `${operation} ${channels}`)).toEqual([
      'input 1',
      'flatten 784',
      'dense 300',
      'relu 300',
      'dense 100',
      'relu 100',
      'dense 10',
    ]);
    expect(network.layers.map(({ name, kind, shape }) => [name, kind, ...shape])).toEqual([
      ['fc1', 'dense', 784, 300],
      ['fc2', 'dense', 300, 100],
      ['fc3', 'dense', 100, 10],
    ]);
  });

  test('follows the data', () => {
    const other = describeModel({ name: 'lenet-300-100' }, { ...INPUT, imageShape: [8, 4, 3], classes: 7 });
    expect(other.layers.map(({ weights }) => weights)).toEqual([96 * 300, 30_000, 700]);
    expect(other.nodes[0]).toMatchObject({ shape: [8, 4, 3], minimum: -1, maximum: 2 });
  });
});

describe('the depthwise-separable net as it is unless told otherwise', () => {
  const network = describeModel({ name: 'depthwise-separable' });

  test('has the layers of science: a stem of 32, then 64, 128, 128, 256', () => {
    expect(network.layers.map(({ name, kind, shape }) => [name, kind, ...shape])).toEqual([
      ['conv1', 'conv', 3, 3, 1, 32],
      ['dw1', 'depthwise', 3, 3, 32, 1],
      ['pw1', 'pointwise', 1, 1, 32, 64],
      ['dw2', 'depthwise', 3, 3, 64, 1],
      ['pw2', 'pointwise', 1, 1, 64, 128],
      ['dw3', 'depthwise', 3, 3, 128, 1],
      ['pw3', 'pointwise', 1, 1, 128, 128],
      ['dw4', 'depthwise', 3, 3, 128, 1],
      ['pw4', 'pointwise', 1, 1, 128, 256],
      ['fc', 'dense', 256, 10],
    ]);
  });

  test('has 65,408 weights, of which 3,168 are depthwise', () => {
    // 288 + (288 + 576 + 1152 + 1152) + (2048 + 8192 + 16384 + 32768) + 2560
    expect(weights(network)).toBe(65_408);
    const depthwise = network.layers.filter(({ kind }) => kind === 'depthwise');
    expect(depthwise.reduce((sum, layer) => sum + layer.weights, 0)).toBe(3_168);
    expect(count(network, 'bias')).toBe(10);
    // Channels behind batch norm: 32 + (32 + 64 + 128 + 128) + (64 + 128 + 128 + 256).
    expect(count(network, 'gamma')).toBe(960);
    expect(count(network, 'gamma', 'beta', 'mean', 'variance')).toBe(4 * 960);
  });

  test('makes 2,348,480 multiply-accumulates', () => {
    // 14² = 196 positions until dw2's stride makes them 7² = 49, and dw4's 4² = 16.
    expect(network.layers.map(({ macs }) => macs)).toEqual([
      288 * 196,
      288 * 196,
      2048 * 196,
      576 * 49,
      8192 * 49,
      1152 * 49,
      16384 * 49,
      1152 * 16,
      32768 * 16,
      2560,
    ]);
    expect(macs(network)).toBe(2_348_480);
  });

  test('has batch norm and ReLU behind every convolution, and no bias before them', () => {
    for (const { name } of network.layers.slice(0, -1)) {
      const place = network.nodes.findIndex((node) => node.name === name);
      expect(
        network.nodes
          .slice(place, place + 3)
          .map(({ operation }) => operation)
          .slice(1),
      ).toEqual(['batch-norm', 'relu']);
      expect(network.nodes[place]).toMatchObject({ bias: null });
    }
    expect(network.nodes.slice(-2).map(({ operation }) => operation)).toEqual([
      'global-average-pool',
      'dense',
    ]);
  });
});

describe('the VGG-like family', () => {
  test('counts weights and multiply-accumulates of the widths and strides that are given', () => {
    const network = describeModel({ name: 'conv-bn-relu', widths: [8, 16], strides: [1, 2] });
    expect(network.layers.map(({ shape, weights, macs }) => ({ shape, weights, macs }))).toEqual([
      { shape: [3, 3, 1, 8], weights: 72, macs: 72 * 784 },
      { shape: [3, 3, 8, 16], weights: 1152, macs: 1152 * 196 },
      { shape: [16, 10], weights: 160, macs: 160 },
    ]);
  });

  test('halves odd sizes as PyTorch does, rounding up with padding 1', () => {
    const network = describeModel({ name: 'conv-bn-relu', widths: [1, 1, 1, 1], strides: [2, 2, 2, 2] });
    // 28 → 14 → 7 → 4 → 2.
    expect(network.layers.slice(0, 4).map(({ weights, macs }) => macs / weights)).toEqual([196, 49, 16, 4]);
  });

  test.each(['conv-bn-relu', 'depthwise-separable'])('%s wants as many strides as widths', (name) => {
    const { options } = models.find(name);
    expect(options.safeParse({ name, widths: [8, 8], strides: [1] }).error?.issues).toMatchObject([
      { path: ['strides'], message: 'must be as many as the widths' },
    ]);
    expect(options.safeParse({ name, widths: [8, 8], strides: [1, 2] }).success).toBe(true);
  });
});

describe('dropout in a network', () => {
  let engine: Engine;
  beforeAll(() => {
    engine = openEngine({ device: 'cpu', threads: 1 });
  });
  afterAll(() => engine?.dispose());

  /** Two nodes of dropout side by side: 0, 2 or 4 for each of 256 ones. */
  function sums(training: boolean, seed: [number, number] | null): number[] {
    const { tf } = engine;
    const network = new NetworkBuilder('net', [16, 16, 1], 256, { minimum: 0, maximum: 1 });
    const other = network.dropout('first', 0.5).cursor;
    const { nodes } = network.from('input').dropout('second', 0.5).add('sum', other).flatten('flat').build();
    const description: NetworkDescription = { ...describeModel({ name: 'lenet-300-100' }), nodes };
    return tf.tidy(() => {
      const context = {
        engine,
        training,
        rotated: false,
        seed: seed && tf.tensor1d(seed, 'int32'),
        parameter: () => tf.scalar(0),
        updated: () => undefined,
      };
      return [...forward(context, description, tf.ones([1, 16, 16, 1])).dataSync()];
    });
  }

  test('draws zeros of its own at every node, the same for the same seed', () => {
    const values = sums(true, [1, 2]);
    expect(new Set(values)).toEqual(new Set([0, 2, 4]));
    expect(sums(true, [1, 2])).toEqual(values);
    expect(sums(true, [1, 3])).not.toEqual(values);
  });

  test('does nothing in evaluation, and wants a seed in training', () => {
    expect(new Set(sums(false, null))).toEqual(new Set([2]));
    expect(() => sums(true, null)).toThrow(/no seed/);
  });
});

describe('initial parameters', () => {
  const network = describeModel({ name: 'depthwise-separable' });
  const values = initialParameters(network, 1);
  const deviation = (kernel: string, of = values): number => {
    const numbers = of.get(kernel)!;
    return Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0) / numbers.length);
  };

  test('have the deviation of He et al. by fan-out for convolutions', () => {
    // 3 × 3 × 32 out; 1 × 1 × 256 out; a depthwise kernel’s own 9.
    expect(deviation('conv1.weight') / Math.sqrt(2 / 288)).toBeCloseTo(1, 0);
    expect(deviation('pw4.weight') / Math.sqrt(2 / 256)).toBeCloseTo(1, 1);
    expect(deviation('pw3.weight') / Math.sqrt(2 / 128)).toBeCloseTo(1, 1);
    expect(deviation('dw4.weight') / Math.sqrt(2 / 9)).toBeCloseTo(1, 1);
  });

  test('… by fan-in for dense layers, of variance 1 / fan-in for the last', () => {
    const lenet = initialParameters(describeModel({ name: 'lenet-300-100' }), 1);
    expect(deviation('fc1.weight', lenet) / Math.sqrt(2 / 784)).toBeCloseTo(1, 2);
    expect(deviation('fc2.weight', lenet) / Math.sqrt(2 / 300)).toBeCloseTo(1, 1);
    expect(deviation('fc3.weight', lenet) / Math.sqrt(1 / 100)).toBeCloseTo(1, 1);
    expect(deviation('fc.weight') / Math.sqrt(1 / 256)).toBeCloseTo(1, 1);
  });

  test('are normal about zero', () => {
    const fc1 = initialParameters(describeModel({ name: 'lenet-300-100' }), 1).get('fc1.weight')!;
    const sigma = Math.sqrt(2 / 784);
    const share = (beyond: number): number =>
      fc1.filter((x) => Math.abs(x) > beyond * sigma).length / fc1.length;
    expect(fc1.reduce((sum, x) => sum + x, 0) / fc1.length / sigma).toBeCloseTo(0, 2);
    expect(share(1)).toBeCloseTo(0.3173, 2);
    expect(share(2)).toBeCloseTo(0.0455, 2);
  });

  test('of biases, β and running means are 0, of γ and running variances 1', () => {
    for (const { name, role, shape } of network.parameters) {
      expect(values.get(name)!).toHaveLength(sizeOf(shape));
      if (role === 'kernel') continue;
      const wanted = role === 'gamma' || role === 'variance' ? 1 : 0;
      expect(
        values.get(name)!.every((value) => value === wanted),
        name,
      ).toBe(true);
    }
  });

  test('are a matter of the seed, and of the parameter’s place', () => {
    const same = initialParameters(network, 1);
    const other = initialParameters(network, 2);
    for (const { kernel } of network.layers) {
      expect(Buffer.compare(bytes(values.get(kernel)!), bytes(same.get(kernel)!))).toBe(0);
      expect(Buffer.compare(bytes(values.get(kernel)!), bytes(other.get(kernel)!))).not.toBe(0);
    }
    const first = describeModel({ name: 'conv-bn-relu', widths: [4, 4, 4], strides: [1, 1, 1] });
    const kernels = initialParameters(first, 1);
    expect(kernels.get('conv2.weight')).not.toEqual(kernels.get('conv3.weight'));
  });

  const bytes = (array: Float32Array): Buffer =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength);
});
