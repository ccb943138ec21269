import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { CascadeError } from '../../../common/errors.ts';
import type { DatasetKind } from './dataset.ts';
import { badFile } from './files.ts';
import { outlineIdxPair, readIdxPair } from './idx-format.ts';
import { channelStatistics, hashDataset, outlineOf, splitTraining } from './splits.ts';

const options = z.strictObject({
  name: z.literal('idx'),
  folder: z
    .string()
    .min(1)
    .describe('Folder that holds the four files with MNIST’s names, gzipped (.gz) or not.'),
  classes: z.int().min(2).max(10_000).default(10).describe('Number of classes; labels run from 0.'),
  validation: z.int().min(0).default(5_000).describe('Training images held out for validation.'),
  train: z.int().min(1).nullable().default(null).describe('Training images to use; all others unless told.'),
});

/** IDX files of one's own, such as Fashion-MNIST: four files with MNIST's names in one folder. */
export const idx: DatasetKind = {
  name: 'idx',
  title: 'IDX files of one’s own',
  options,
  async load(given) {
    const { folder, classes, validation, train } = options.parse(given);
    const files = filesIn(folder);
    const [training, test] = await Promise.all([
      readIdxPair(files.trainImages, files.trainLabels, classes),
      readIdxPair(files.testImages, files.testLabels, classes),
    ]);
    checkSizes(folder, training, test);
    const { height, width } = training;
    const splits = splitTraining(training.images, training.labels, height * width, validation, train);
    const { mean, standardDeviation } = channelStatistics(splits.train.images);
    const dataset = {
      name: 'idx',
      imageShape: [height, width, 1] as [number, number, number],
      classes,
      ...splits,
      test: { images: test.images, labels: Int32Array.from(test.labels), count: test.count },
      mean: [mean],
      standardDeviation: [standardDeviation],
    };
    return { ...dataset, hash: hashDataset(dataset) };
  },
  async outline(given) {
    const { folder, classes, validation, train } = options.parse(given);
    const files = filesIn(folder);
    const [training, test] = await Promise.all([
      outlineIdxPair(files.trainImages, files.trainLabels),
      outlineIdxPair(files.testImages, files.testLabels),
    ]);
    checkSizes(folder, training, test);
    return outlineOf(
      { imageShape: [training.height, training.width, 1], classes, test: test.count },
      training.count,
      validation,
      train,
    );
  },
};

function filesIn(folder: string) {
  const file = (name: string): string => {
    const found = [name, `${name}.gz`, name.replace('-idx', '.idx')].find((candidate) =>
      existsSync(join(folder, candidate)),
    );
    if (found === undefined) throw badFile(join(folder, name), `is not there, nor is ${name}.gz.`);
    return join(folder, found);
  };
  return {
    trainImages: file('train-images-idx3-ubyte'),
    trainLabels: file('train-labels-idx1-ubyte'),
    testImages: file('t10k-images-idx3-ubyte'),
    testLabels: file('t10k-labels-idx1-ubyte'),
  };
}

interface Size {
  height: number;
  width: number;
}

function checkSizes(folder: string, training: Size, test: Size): void {
  if (training.height !== test.height || training.width !== test.width)
    throw new CascadeError(
      'BAD_DATA_FILE',
      `${folder}: training images are ${training.height} × ${training.width}, test images ${test.height} × ${test.width}.`,
    );
}
