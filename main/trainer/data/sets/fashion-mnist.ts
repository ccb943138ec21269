import * as z from 'zod';
import { defineDataset } from '../dataset.ts';
import { MNIST_NAMES, readsIdxFolder, type IdxFolder } from '../formats/idx-folder.ts';
import { splitOptions } from '../split-options.ts';

const CLASS_NAMES = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

const options = z.strictObject({
  name: z.literal('fashion-mnist'),
  folder: z.string().min(1).describe('Folder that holds Fashion-MNIST’s four files, gzipped (.gz) or not.'),
  ...splitOptions,
});

const filesOf = (given: z.infer<typeof options>): IdxFolder => ({
  ...given,
  files: MNIST_NAMES,
  labels: { first: 0, classes: CLASS_NAMES.length },
  transpose: false,
  classNames: CLASS_NAMES,
});

/** Fashion-MNIST (Xiao, Rasul, Vollgraf, arXiv 1708.07747): 60,000 and 10,000 images of clothes, 28 × 28. */
export const fashionMnist = defineDataset({
  name: 'fashion-mnist',
  title: 'Fashion-MNIST: clothes',
  source: 'Xiao, Rasul & Vollgraf, arXiv 1708.07747',
  options,
  ...readsIdxFolder(filesOf),
});
