import * as z from 'zod';
import { defineDataset } from '../dataset.ts';
import { MNIST_NAMES, readsIdxFolder, type IdxFolder } from '../formats/idx-folder.ts';
import { splitOptions } from '../split-options.ts';

const options = z.strictObject({
  name: z.literal('idx'),
  folder: z
    .string()
    .min(1)
    .describe('Folder that holds the four files with MNIST’s names, gzipped (.gz) or not.'),
  classes: z.int().min(2).max(10_000).default(10).describe('Number of classes.'),
  firstLabel: z.int().min(0).max(255).default(0).describe('The label of the first class.'),
  transpose: z
    .boolean()
    .default(false)
    .describe('Whether to exchange rows and columns of each image, as files made like EMNIST’s need.'),
  ...splitOptions,
});

function filesOf(given: z.infer<typeof options>): IdxFolder {
  const { classes, firstLabel, ...rest } = given;
  return { ...rest, files: MNIST_NAMES, labels: { first: firstLabel, classes } };
}

/** IDX files of one's own: four files with MNIST's names in one folder. */
export const idx = defineDataset({
  name: 'idx',
  title: 'IDX files of one’s own',
  options,
  ...readsIdxFolder(filesOf),
});
