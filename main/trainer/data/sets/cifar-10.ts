import * as z from 'zod';
import { readsCifar, type CifarLayout, type CifarSource } from '../formats/cifar.ts';
import { defineDataset } from '../dataset.ts';
import { splitOptions } from '../split-options.ts';

const options = z.strictObject({
  name: z.literal('cifar-10'),
  path: z
    .string()
    .min(1)
    .describe('Folder with the files of the binary or the Python version, or the archive itself (.tar.gz).'),
  ...splitOptions,
});

export const CIFAR_10: CifarLayout = {
  name: 'cifar-10',
  classNames: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  trainFiles: ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5'],
  testFile: 'test_batch',
  trainImages: 10_000,
  testImages: 10_000,
  labelBytes: 1,
  labelAt: 0,
  labelKey: 'labels',
  binaryFolder: 'cifar-10-batches-bin',
  pythonFolder: 'cifar-10-batches-py',
};

const filesOf = (given: z.infer<typeof options>): CifarSource => ({ ...given, layout: CIFAR_10 });

/** CIFAR-10 (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009): 50,000 and 10,000 images, 32 × 32. */
export const cifar10 = defineDataset({
  name: 'cifar-10',
  title: 'CIFAR-10: small colour images of 10 classes',
  source: 'Krizhevsky, Learning multiple layers of features from tiny images, 2009',
  options,
  ...readsCifar(filesOf),
});
