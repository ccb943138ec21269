import { describe, expect, test } from 'vitest';
import { sizeOf, type NetworkDescription } from '../../../../common/network.ts';
import { completeSpecification, type NamedOptions } from '../../../../common/run-specification.ts';
import { canonicalSpecification } from '../../../../main/studies/language/index.ts';
import { components } from '../../../../main/trainer/components.ts';
import { models } from '../../../../main/trainer/network/registry.ts';

type ImageShape = [number, number, number];
const IMAGENET: ImageShape = [224, 224, 3];
const CIFAR: ImageShape = [32, 32, 3];
const MNIST: ImageShape = [28, 28, 1];

function describeModel(options: NamedOptions, imageShape: ImageShape, classes: number): NetworkDescription {
  return models.open(options).describe({ imageShape, classes, minimum: -1, maximum: 1 });
}

/** Parameters that an optimizer trains: batch norm's running statistics are not. */
function trainable({ parameters }: NetworkDescription): number {
  return parameters
    .filter(({ role }) => role !== 'mean' && role !== 'variance')
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
function macs({ layers }: NetworkDescription): number {
  return layers.reduce((sum, layer) => sum + layer.macs, 0);
}

describe('trainable parameters and multiply-accumulates are the published ones', () => {
  // torchvision’s documentation of its weights: num_params, and _ops in thousand millions to three digits.
  test.each<[NamedOptions, number, number]>([
    [{ name: 'resnet-18' }, 11_689_512, 1.814],
    [{ name: 'resnet-34' }, 21_797_672, 3.664],
    [{ name: 'resnet-50' }, 25_557_032, 4.089],
    [{ name: 'vgg-11', head: 'imagenet' }, 132_868_840, 7.609],
    [{ name: 'vgg-16', head: 'imagenet' }, 138_365_992, 15.47],
    [{ name: 'vgg-19', head: 'imagenet' }, 143_678_248, 19.632],
    [{ name: 'mobilenet-v2' }, 3_504_872, 0.301],
    [{ name: 'mobilenet-v3-large' }, 5_483_032, 0.217],
    [{ name: 'mobilenet-v3-small' }, 2_542_856, 0.057],
  ])('%o as torchvision’s, for 1,000 classes at 224 × 224', (options, parameters, gigamacs) => {
    const network = describeModel(options, IMAGENET, 1000);
    expect(trainable(network)).toBe(parameters);
    expect(Number((macs(network) / 1e9).toFixed(3))).toBe(gigamacs);
  });

  test.each<[NamedOptions, number, number]>([
    // Howard et al. 2017, table 6: 4.2, 1.3 and 0.5 million; 569, 149 and 41 million.
    [{ name: 'mobilenet-v1' }, 4_231_976, 569],
    [{ name: 'mobilenet-v1', width: 0.5 }, 1_331_592, 149],
    [{ name: 'mobilenet-v1', width: 0.25 }, 470_072, 41],
  ])('%o', (options, parameters, megamacs) => {
    const network = describeModel(options, IMAGENET, 1000);
    expect(trainable(network)).toBe(parameters);
    expect(Math.round(macs(network) / 1e6)).toBe(megamacs);
  });

  test('LeNet-300-100 and LeNet-5 on MNIST', () => {
    expect(trainable(describeModel({ name: 'lenet-300-100' }, MNIST, 10))).toBe(266_610);
    const lenet5 = describeModel({ name: 'lenet-5' }, MNIST, 10);
    // (25 + 1) · 20, (25 · 20 + 1) · 50, (16 · 50 + 1) · 500, 501 · 10
    expect(trainable(lenet5)).toBe(431_080);
    expect(macs(lenet5)).toBe(500 * 24 ** 2 + 25_000 * 8 ** 2 + 400_000 + 5_000);
  });

  test('Conv-2, -4 and -6: 4.3, 2.4 and 2.3 million', () => {
    const weights = (name: string): number =>
      describeModel({ name }, CIFAR, 10).layers.reduce((sum, layer) => sum + layer.weights, 0);
    const dense = 256 * 256 + 256 * 10;
    const pairs = [9 * (3 * 64 + 64 * 64), 9 * (64 * 128 + 128 * 128), 9 * (128 * 256 + 256 * 256)];
    expect(weights('conv-2')).toBe(pairs[0]! + 16 * 16 * 64 * 256 + dense);
    expect(weights('conv-4')).toBe(pairs[0]! + pairs[1]! + 8 * 8 * 128 * 256 + dense);
    expect(weights('conv-6')).toBe(pairs[0]! + pairs[1]! + pairs[2]! + 4 * 4 * 256 * 256 + dense);
    expect(['conv-2', 'conv-4', 'conv-6'].map(weights)).toEqual([4_300_992, 2_425_024, 2_261_184]);
  });

  test.each([20, 32, 44, 56, 110])('ResNet-%i for CIFAR', (layers) => {
    const n = (layers - 2) / 6;
    const convolutions =
      9 * (3 * 16 + 2 * n * 16 ** 2 + 16 * 32 + (2 * n - 1) * 32 ** 2 + 32 * 64 + (2 * n - 1) * 64 ** 2);
    const norms = 2 * (16 * (2 * n + 1) + 2 * n * (32 + 64));
    const network = describeModel({ name: `resnet-${layers}` }, CIFAR, 10);
    expect(trainable(network)).toBe(convolutions + norms + 64 * 10 + 10);
    expect(network.layers).toHaveLength(layers);
    // He et al., table 6: 0.27, 0.46, 0.66, 0.85 and 1.7 million.
    const published: Record<number, number> = { 20: 0.27, 32: 0.46, 44: 0.66, 56: 0.85, 110: 1.73 };
    expect(Number((trainable(network) / 1e6).toFixed(2))).toBe(published[layers]);
  });

  test('option-B shortcuts add two convolutions with batch norm', () => {
    const [a, b] = ['A', 'B'].map((shortcut) => describeModel({ name: 'resnet-20', shortcut }, CIFAR, 10));
    expect(trainable(b!) - trainable(a!)).toBe(16 * 32 + 32 * 64 + 2 * (32 + 64));
  });

  test('WRN-28-10: 36.5 million and 5.2 thousand million', () => {
    const network = describeModel({ name: 'wide-resnet-28' }, CIFAR, 10);
    expect(trainable(network)).toBe(36_479_194);
    expect(macs(network) / 1e9).toBeCloseTo(5.2, 1);
    // 25 of 3 × 3, three of 1 × 1 in the shortcuts, one dense.
    expect(network.layers).toHaveLength(29);
  });

  test('VGG with the CIFAR head has one dense layer of 512 inputs', () => {
    const network = describeModel({ name: 'vgg-16' }, CIFAR, 10);
    expect(trainable(network)).toBe(138_365_992 - (25_088 + 1) * 4096 - 4097 * 4096 - 4097 * 1000 + 5130);
    expect(network.layers.at(-1)).toMatchObject({ name: 'classifier', shape: [512, 10] });
  });
});

describe('names are torchvision’s', () => {
  const layersOf = (options: NamedOptions): string[] =>
    describeModel(options, IMAGENET, 1000).layers.map(({ name }) => name);

  test.each<[NamedOptions, string[]]>([
    [{ name: 'resnet-18' }, ['conv1', 'layer1.0.conv1', 'layer2.0.downsample.0', 'layer4.1.conv2', 'fc']],
    [{ name: 'resnet-50' }, ['layer1.0.downsample.0', 'layer3.5.conv3', 'fc']],
    [
      { name: 'vgg-16', head: 'imagenet' },
      ['features.0', 'features.40', 'classifier.0', 'classifier.3', 'classifier.6'],
    ],
    [
      { name: 'mobilenet-v2' },
      [
        'features.0.0',
        'features.1.conv.0.0',
        'features.1.conv.1',
        'features.17.conv.2',
        'features.18.0',
        'classifier.1',
      ],
    ],
    [
      { name: 'mobilenet-v3-large' },
      [
        'features.0.0',
        'features.1.block.0.0',
        'features.4.block.2.fc1',
        'features.16.0',
        'classifier.0',
        'classifier.3',
      ],
    ],
    [
      { name: 'mobilenet-v3-small' },
      [
        'features.1.block.1.fc2',
        'features.2.block.2.0',
        'features.4.block.3.0',
        'features.12.0',
        'classifier.3',
      ],
    ],
  ])('%o', (options, names) => {
    expect(layersOf(options)).toEqual(expect.arrayContaining(names));
  });

  test('MobileNetV3 has its own ε and momentum of batch norm', () => {
    const { nodes } = describeModel({ name: 'mobilenet-v3-small' }, IMAGENET, 1000);
    const norms = nodes.filter(({ operation }) => operation === 'batch-norm');
    expect(norms).toHaveLength(34);
    for (const norm of norms) expect(norm).toMatchObject({ epsilon: 1e-3, momentum: 0.01 });
  });
});

describe('for small images', () => {
  const positions = (options: NamedOptions, layer: string): number => {
    const { macs, weights } = describeModel(options, CIFAR, 10).layers.find(({ name }) => name === layer)!;
    return macs / weights;
  };

  test('the CIFAR stem of an ImageNet ResNet keeps every place, its own halves them twice', () => {
    expect(positions({ name: 'resnet-18', stem: 'cifar' }, 'layer1.0.conv1')).toBe(32 ** 2);
    expect(positions({ name: 'resnet-18' }, 'layer1.0.conv1')).toBe(8 ** 2);
    expect(describeModel({ name: 'resnet-18', stem: 'cifar' }, CIFAR, 10).layers[0]!.shape).toEqual([
      3, 3, 3, 64,
    ]);
  });

  test.each(['mobilenet-v1', 'mobilenet-v2', 'mobilenet-v3-small', 'mobilenet-v3-large'])(
    'the first convolution of %s may keep every place',
    (name) => {
      const { layers } = describeModel({ name }, CIFAR, 10);
      const first = layers[0]!.name;
      expect(positions({ name }, first)).toBe(16 ** 2);
      expect(positions({ name, stemStride: 1 }, first)).toBe(32 ** 2);
    },
  );

  test('VGG leaves out the poolings that have nothing left to halve', () => {
    const pools = (side: number): number =>
      describeModel({ name: 'vgg-11' }, [side, side, 3], 10).nodes.filter(
        ({ operation }) => operation === 'max-pool',
      ).length;
    expect([32, 28, 16].map(pools)).toEqual([5, 4, 4]);
  });

  test('VGG’s ImageNet head reads a small map whole, averages a multiple of 7, and refuses what does not fit', () => {
    const head = (side: number): NetworkDescription =>
      describeModel({ name: 'vgg-11', head: 'imagenet' }, [side, side, 3], 10);
    const inputs = (side: number): number =>
      head(side).layers.find(({ name }) => name === 'classifier.0')!.shape[0]!;
    expect([32, 64, 224, 448].map(inputs)).toEqual([512, 2048, 25_088, 25_088]);
    expect(() => head(256)).toThrow(
      expect.objectContaining({
        code: 'INVALID_STUDY',
        key: ['head'],
        message: expect.stringMatching(/a map of 7 × 7, .* one of 8 × 8/) as string,
      }),
    );
  });

  test('LeNet-5 refuses images that its windows do not fit in', () => {
    expect(() => describeModel({ name: 'lenet-5' }, [8, 8, 1], 10)).toThrow(
      expect.objectContaining({ code: 'INVALID_STUDY' }),
    );
  });
});

const OWN_OPTIONS: Record<string, Record<string, unknown>> = {
  layers: { layers: [{ layer: 'conv', channels: 4 }, 'batch-norm', 'relu', 'dense'] },
};

describe.each(models.all.map(({ name }) => name))('%s', (name) => {
  const options = { name, ...OWN_OPTIONS[name] };
  const network = describeModel(options, name.startsWith('lenet') ? MNIST : CIFAR, 10);

  test('names, shapes and kernels fit together', () => {
    expect(network.name).toBe(name);
    const nodes = new Map(network.nodes.map((node) => [node.name, node]));
    const parameters = new Map(network.parameters.map((parameter) => [parameter.name, parameter]));
    expect(nodes.size).toBe(network.nodes.length);
    expect(parameters.size).toBe(network.parameters.length);
    const seen = new Set<string>();
    for (const node of network.nodes) {
      for (const input of node.inputs) expect(seen.has(input), `${input} before ${node.name}`).toBe(true);
      seen.add(node.name);
    }
    for (const layer of network.layers) {
      const node = nodes.get(layer.name)!;
      expect(parameters.get(layer.kernel)).toMatchObject({
        layer: layer.name,
        role: 'kernel',
        shape: layer.shape,
      });
      expect(node).toMatchObject({
        operation: layer.kind,
        kernel: layer.kernel,
        channels: layer.outputChannels,
      });
      expect(layer.weights).toBe(sizeOf(layer.shape));
      expect(nodes.get(node.inputs[0]!)!.channels).toBe(layer.inputChannels);
    }
    expect(network.nodes.at(-1)!.channels).toBe(10);
  });

  test('every node but the last is read', () => {
    const read = new Set(network.nodes.flatMap(({ inputs }) => inputs));
    const unread = network.nodes.map((node) => node.name).filter((node) => !read.has(node));
    expect(unread).toEqual([network.nodes.at(-1)!.name]);
  });

  test('has a source, and defaults that are left out of a run’s identity', () => {
    const model = models.find(name);
    expect(model.source).toMatch(/\w/);
    const specification = completeSpecification({
      dataset: { name: 'mnist' },
      model: model.options.parse(options) as NamedOptions,
      batchSize: 64,
      epochs: 1,
      optimizer: { name: 'sgd' },
      learningRate: { name: 'constant', rate: 0.1 },
      pruning: null,
      retraining: { name: 'none' },
      thresholds: [],
      referenceEpoch: 0,
    });
    const canonical = JSON.parse(canonicalSpecification(specification, components)) as { model: object };
    expect(Object.keys(canonical.model).sort()).toEqual(Object.keys(options).sort());
  });
});
