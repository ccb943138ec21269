import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import { initialParameters } from '../../../../main/trainer/network/initialization.ts';
import { models } from '../../../../main/trainer/network/registry.ts';

const known = new Map<string, ReturnType<typeof initialise>>();

function initialised(options: NamedOptions): ReturnType<typeof initialise> {
  const values = known.get(options.name) ?? initialise(options, [32, 32, 3]);
  known.set(options.name, values);
  return values;
}

function initialise(options: NamedOptions, imageShape: [number, number, number]) {
  const input = { imageShape, classes: 10, minimum: 0, maximum: 1 };
  const network = models.open(options).describe(input);
  return { network, values: initialParameters(network, 7) };
}

test.each([
  ['lenet-300-100', '7163f6b320c99b0e'],
  ['conv-bn-relu', 'd0a9e3a18cb0608f'],
  ['depthwise-separable', '0a23060e80c4c927'],
])('the initial parameters of %s are to the bit what they always were', (name, digest) => {
  const hash = createHash('sha256');
  for (const [parameter, values] of initialise({ name }, [28, 28, 1]).values)
    hash.update(parameter).update(new Uint8Array(values.buffer));
  expect(hash.digest('hex').slice(0, 16)).toBe(digest);
});

describe('kernels are drawn as the model’s authors say', () => {
  const deviation = (values: Float32Array): number =>
    Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

  test.each<[NamedOptions, string, number]>([
    // Fan-out: 3 · 3 · 512, 7 · 7 · 64, 3 · 3 · 64.
    [{ name: 'resnet-18' }, 'layer4.1.conv2.weight', Math.sqrt(2 / 4608)],
    [{ name: 'resnet-18' }, 'conv1.weight', Math.sqrt(2 / 3136)],
    [{ name: 'resnet-18' }, 'fc.weight', Math.sqrt(1 / 512)],
    [{ name: 'resnet-20' }, 'layer3.2.conv1.weight', Math.sqrt(2 / 576)],
    [{ name: 'vgg-11' }, 'features.25.weight', Math.sqrt(2 / 4608)],
    [{ name: 'vgg-11' }, 'classifier.weight', 0.01],
    [{ name: 'mobilenet-v2' }, 'classifier.1.weight', 0.01],
    [{ name: 'mobilenet-v2' }, 'features.18.0.weight', Math.sqrt(2 / 1280)],
    // PyTorch counts all 960 channels of a depthwise kernel.
    [{ name: 'mobilenet-v2' }, 'features.17.conv.1.0.weight', Math.sqrt(2 / (9 * 960))],
    [{ name: 'mobilenet-v3-small' }, 'features.11.block.2.fc1.weight', Math.sqrt(2 / 144)],
    [{ name: 'mobilenet-v3-small' }, 'classifier.0.weight', 0.01],
    [{ name: 'mobilenet-v1' }, 'blocks.12.depthwise.weight', Math.sqrt(2 / 9)],
    [{ name: 'conv-2' }, 'conv2.weight', Math.sqrt(2 / (9 * 64 + 9 * 64))],
    [{ name: 'conv-2' }, 'fc1.weight', Math.sqrt(2 / (16_384 + 256))],
    [{ name: 'lenet-5' }, 'fc1.weight', Math.sqrt(1 / 1250)],
  ])('%o: %s', (options, kernel, wanted) => {
    const found = deviation(initialised(options).values.get(kernel)!);
    expect(found / wanted).toBeGreaterThan(0.97);
    expect(found / wanted).toBeLessThan(1.03);
  });

  test('Caffe’s LeNet-5 uniformly, the others normally', () => {
    const bound = Math.sqrt(3 / 1250);
    const uniform = initialised({ name: 'lenet-5' }).values.get('fc1.weight')!;
    const largest = uniform.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    expect(largest).toBeLessThanOrEqual(Math.fround(bound));
    expect(largest).toBeGreaterThan(0.999 * bound);
    const normal = initialised({ name: 'conv-2' }).values.get('fc1.weight')!;
    const beyond = normal.filter((x) => Math.abs(x) > 2 * Math.sqrt(2 / (16_384 + 256))).length;
    expect(beyond / normal.length).toBeCloseTo(0.0455, 3);
  });

  test('every γ and running variance is 1, everything else beside kernels 0, in residual nets too', () => {
    for (const name of ['resnet-18', 'mobilenet-v3-small', 'vgg-11']) {
      const { network, values } = initialised({ name });
      for (const parameter of network.parameters) {
        if (parameter.role === 'kernel') continue;
        const wanted = parameter.role === 'gamma' || parameter.role === 'variance' ? 1 : 0;
        expect(
          values.get(parameter.name)!.every((value) => value === wanted),
          parameter.name,
        ).toBe(true);
      }
    }
  });
});
