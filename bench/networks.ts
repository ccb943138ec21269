import type { NamedOptions } from '../common/run-specification.ts';

/** A network whose training step is compared. */
export interface ComparedNetwork {
  name: string;
  what: string;
  model: NamedOptions;
  imageShape: [number, number, number];
  batch: number;
  /** Steps of a round: about half a second to a second of work on two cores. */
  steps: number;
}

const CIFAR: [number, number, number] = [32, 32, 3];
const convolutions = (widths: number[], strides: number[]): NamedOptions => ({
  name: 'conv-bn-relu',
  widths,
  strides,
});
const three = convolutions([32, 64, 128], [1, 2, 2]);

export const COMPARED_NETWORKS: readonly ComparedNetwork[] = [
  {
    name: 'conv3-batch-64',
    what: '3 × conv-BN-ReLU 32-64-128 (strides 1, 2, 2) on 32 × 32 × 3, batch 64',
    model: three,
    imageShape: CIFAR,
    batch: 64,
    steps: 20,
  },
  {
    name: 'conv3-batch-128',
    what: '3 × conv-BN-ReLU 32-64-128 (strides 1, 2, 2) on 32 × 32 × 3, batch 128',
    model: three,
    imageShape: CIFAR,
    batch: 128,
    steps: 12,
  },
  {
    name: 'vgg-batch-64',
    what: '6 × conv-BN-ReLU 64-64-128-128-256-256 (stride 2 at every second) on 32 × 32 × 3, batch 64',
    model: convolutions([64, 64, 128, 128, 256, 256], [1, 2, 1, 2, 1, 2]),
    imageShape: CIFAR,
    batch: 64,
    steps: 8,
  },
  {
    name: 'resnet-20-batch-128',
    what: 'ResNet-20 (option-A shortcuts) on 32 × 32 × 3, batch 128',
    model: { name: 'resnet-20' },
    imageShape: CIFAR,
    batch: 128,
    steps: 6,
  },
  {
    name: 'mobilenet-v1-batch-64',
    what: 'MobileNetV1 (stem of stride 1) on 32 × 32 × 3, batch 64',
    model: { name: 'mobilenet-v1', stemStride: 1 },
    imageShape: CIFAR,
    batch: 64,
    steps: 3,
  },
  {
    name: 'vgg-16-bn-batch-64',
    what: 'VGG-16-BN on 32 × 32 × 3, batch 64',
    model: { name: 'vgg-16' },
    imageShape: CIFAR,
    batch: 64,
    steps: 3,
  },
  {
    name: 'resnet-50-batch-16',
    what: 'ResNet-50 (ImageNet stem) on 64 × 64 × 3, batch 16',
    model: { name: 'resnet-50' },
    imageShape: [64, 64, 3],
    batch: 16,
    steps: 3,
  },
  {
    name: 'lenet-300-100-batch-16',
    what: 'LeNet-300-100 on 28 × 28 × 1, batch 16',
    model: { name: 'lenet-300-100' },
    imageShape: [28, 28, 1],
    batch: 16,
    steps: 1000,
  },
  {
    name: 'lenet-300-100-batch-128',
    what: 'LeNet-300-100 on 28 × 28 × 1, batch 128',
    model: { name: 'lenet-300-100' },
    imageShape: [28, 28, 1],
    batch: 128,
    steps: 400,
  },
];
