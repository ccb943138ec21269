import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { attribute, openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import {
  windowAttributes,
  type Convolved,
} from '../../../../main/trainer/tensorflow/operations/convolved.ts';
import {
  correlationMargins,
  correlationToFilter,
} from '../../../../main/trainer/tensorflow/operations/correlation.ts';
import {
  depthwiseKernelGradientOf,
  kernelGradientOf,
} from '../../../../main/trainer/tensorflow/operations/kernel-gradients.ts';
import { groupedToDepthwiseFilter } from '../../../../main/trainer/tensorflow/operations/grouped.ts';
import {
  patchesToDepthwiseFilter,
  patchesToFilter,
} from '../../../../main/trainer/tensorflow/operations/patches.ts';
import { placementOf } from '../../../../main/trainer/tensorflow/operations/windows.ts';
import { hasWideVectors } from '../../../../main/trainer/tensorflow/processor.ts';
import { convolvedSize } from '../../../../common/network.ts';
import { numbers, sizeOf } from './small-training.ts';

vi.mock(import('../../../../main/trainer/tensorflow/processor.ts'), () => ({ hasWideVectors: vi.fn() }));

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', threads: 2 });
});
afterAll(() => engine.dispose());

interface Window {
  images: [number, number, number, number];
  outputs: number;
  side?: number;
  stride?: number;
  padding?: number;
  dilation?: number;
  groups?: number;
  rotated?: boolean;
}

/** What a convolution of square kernels with PyTorch's padding asks of TensorFlow. */
function convolvedOf({ images, outputs, side = 3, groups = 1, ...options }: Window): Convolved {
  const { stride = 1, dilation = 1 } = options;
  const x = engine.tf.zeros(images);
  const placement = placementOf(x, [side, side], options);
  x.dispose();
  return {
    images,
    filter: [side, side, images[3] / groups, outputs],
    output: convolvedSize([images[1], images[2]], [side, side], options),
    stride,
    dilation,
    groups,
    placement,
  };
}

describe('a kernel’s gradient by correlation is TensorFlow’s own', () => {
  const images: Window['images'] = [3, 8, 8, 4];
  it.each<Omit<Window, 'outputs'>>([
    { images, padding: 1 },
    { images, padding: 0 },
    { images: [3, 7, 9, 4], padding: 1 },
    { images, side: 5, padding: 2 },
    { images, side: 2, padding: 0 },
    { images, stride: 2, padding: 1, rotated: true },
    { images: [3, 8, 7, 4], stride: 2, padding: 1, rotated: true },
    { images: [3, 7, 7, 4], stride: 2, padding: 1 },
    { images: [3, 9, 9, 4], stride: 2, padding: 0 },
    { images, padding: 2, dilation: 2 },
    { images: [3, 9, 9, 4], stride: 2, padding: 2, dilation: 2 },
    { images: [3, 10, 10, 4], stride: 3, padding: 0, side: 1 },
  ])('for %o', (window) => {
    const { tf } = engine;
    const convolved = convolvedOf({ ...window, outputs: 5 });
    expect(convolved.placement.padding).not.toBe('EXPLICIT');
    expect(
      correlationMargins(convolved)
        .flat()
        .every((margin) => margin >= 0),
    ).toBe(true);
    const constant = (shape: readonly number[], seed: number) =>
      engine.constant(Float32Array.from(numbers(sizeOf(shape), seed)), shape, 'float32');
    const x = constant(convolved.images, 1);
    const dy = constant([3, ...convolved.output, 5], 2);
    const { stride, dilation, placement } = convolved;
    const attributes = [
      attribute.type('T', 'float32'),
      attribute.intList('strides', [1, stride, stride, 1]),
      attribute.string('padding', placement.padding),
      attribute.intList('dilations', [1, dilation, dilation, 1]),
    ];
    const inputs = [x, tf.tensor1d([...convolved.filter], 'int32'), dy];
    const expected = engine.op('Conv2DBackpropFilter', attributes, inputs, 1)[0]!;
    const found = correlationToFilter(engine, x, convolved, dy);
    expect(found.shape).toEqual(expected.shape);
    const [given, own] = [found.dataSync(), expected.dataSync()];
    own.forEach((value, index) => expect(given[index]).toBeCloseTo(value, 4));
  });
});

it('depthwise kernels have their gradient from cuDNN on a GPU, where TensorFlow’s own has no fixed order', () => {
  const convolved = convolvedOf({ images: [3, 8, 8, 4], outputs: 8, padding: 1 });
  const depthwise: Convolved = { ...convolved, filter: [3, 3, 4, 2] };
  expect(depthwiseKernelGradientOf(engine, depthwise)).toBeNull();
  // All that the choice looks at.
  const onGpu: Pick<Engine, 'device'> = { device: { ...engine.device, type: 'GPU' } };
  expect(depthwiseKernelGradientOf(onGpu as Engine, depthwise)).toBe(groupedToDepthwiseFilter);
});

// The CPU's convolution knows groups through oneDNN alone.
describe.runIf(process.arch === 'x64')(
  'a depthwise kernel’s gradient as a grouped one is TensorFlow’s own',
  () => {
    const images: Window['images'] = [3, 8, 8, 4];
    it.each<[string, Omit<Window, 'outputs'>, number]>([
      ['at every place', { images, padding: 1 }, 1],
      ['of several kernels a channel', { images, padding: 1 }, 3],
      ['without padding', { images, padding: 0 }, 2],
      ['at every second place', { images: [3, 9, 9, 4], stride: 2, padding: 1 }, 1],
      ['with padding before alone', { images, stride: 2, padding: 1 }, 2],
      ['of 5 × 5', { images, side: 5, padding: 2 }, 1],
    ])('%s', (_what, window, multiplier) => {
      const { tf } = engine;
      const channels = window.images[3];
      const one = convolvedOf({ ...window, outputs: channels * multiplier });
      const side = window.side ?? 3;
      const convolved: Convolved = { ...one, filter: [side, side, channels, multiplier] };
      const constant = (shape: readonly number[], seed: number) =>
        engine.constant(Float32Array.from(numbers(sizeOf(shape), seed)), shape, 'float32');
      const x = constant(convolved.images, 1);
      const dy = constant([3, ...convolved.output, channels * multiplier], 2);
      const inputs = [x, tf.tensor1d([...convolved.filter], 'int32'), dy];
      const attributes = windowAttributes(engine, convolved);
      const expected = engine.op('DepthwiseConv2dNativeBackpropFilter', attributes, inputs, 1)[0]!;
      const found = groupedToDepthwiseFilter(engine, x, convolved, dy);
      expect(found.shape).toEqual(expected.shape);
      const [given, own] = [found.dataSync(), expected.dataSync()];
      expect(own.some((value) => Math.abs(value) > 0.1)).toBe(true);
      own.forEach((value, index) => expect(given[index]).toBeCloseTo(value, 4));
    });
  },
);

describe.runIf(process.arch === 'x64')('how a kernel’s gradient is taken', () => {
  const large: Window = { images: [64, 8, 8, 128], outputs: 128, padding: 1 };
  const wide = vi.mocked(hasWideVectors);
  beforeEach(() => void wide.mockReturnValue(false));

  it('is correlation for many channels at few places, where vectors are narrow', () => {
    expect(kernelGradientOf(engine, convolvedOf(large))).toBe(correlationToFilter);
    wide.mockReturnValue(true);
    expect(kernelGradientOf(engine, convolvedOf(large))).toBeNull();
  });

  it.each<[string, Partial<Window>]>([
    ['few channels in', { images: [64, 8, 8, 32] }],
    ['few channels out', { outputs: 32 }],
    ['few images', { images: [8, 8, 8, 128] }],
    ['many places', { images: [64, 32, 32, 128] }],
    ['groups', { groups: 2 }],
    ['kernels of one place', { side: 1, padding: 0 }],
    ['images that are not read to their end', { images: [64, 16, 16, 128], side: 2, stride: 3, padding: 0 }],
  ])('is TensorFlow’s own for %s', (_, change) => {
    expect(kernelGradientOf(engine, convolvedOf({ ...large, ...change }))).toBeNull();
  });

  it('is from patches for up to four places, whatever the vectors', () => {
    wide.mockReturnValue(true);
    const few = { ...large, images: [64, 2, 2, 128] } satisfies Window;
    expect(kernelGradientOf(engine, convolvedOf(few))).toBe(patchesToFilter);
    const depthwise = (outputs: number): Convolved => ({
      ...convolvedOf(few),
      filter: [3, 3, 128, outputs],
    });
    expect(depthwiseKernelGradientOf(engine, depthwise(1))).toBe(patchesToDepthwiseFilter);
    expect(depthwiseKernelGradientOf(engine, depthwise(2))).toBeNull();
  });

  it('is TensorFlow’s own in float64', () => {
    expect(kernelGradientOf({ ...engine, precision: 'float64' } as Engine, convolvedOf(large))).toBeNull();
  });
});
