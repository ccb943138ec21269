import * as z from 'zod';
import { defineDataset } from '../dataset.ts';
import { MNIST_NAMES, readsIdxFolder, type IdxFolder } from '../formats/idx-folder.ts';
import { splitOptions } from '../split-options.ts';

const CLASS_NAMES = ['お', 'き', 'す', 'つ', 'な', 'は', 'ま', 'や', 'れ', 'を'];

const options = z.strictObject({
  name: z.literal('kmnist'),
  folder: z.string().min(1).describe('Folder that holds KMNIST’s four files, gzipped (.gz) or not.'),
  ...splitOptions,
});

const filesOf = (given: z.infer<typeof options>): IdxFolder => ({
  ...given,
  files: MNIST_NAMES,
  labels: { first: 0, classes: CLASS_NAMES.length },
  transpose: false,
  classNames: CLASS_NAMES,
});

/** Kuzushiji-MNIST (Clanuwat et al., arXiv 1812.01718): 60,000 and 10,000 cursive Japanese letters, 28 × 28. */
export const kmnist = defineDataset({
  name: 'kmnist',
  title: 'Kuzushiji-MNIST: cursive Japanese letters',
  source: 'Clanuwat et al., arXiv 1812.01718',
  options,
  ...readsIdxFolder(filesOf),
});
