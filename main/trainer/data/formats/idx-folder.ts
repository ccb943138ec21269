import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CascadeError } from '../../../../common/errors.ts';
import type { Dataset, DatasetOutline } from '../dataset.ts';
import { badFile } from './files.ts';
import { outlineIdxPair, readIdxPair, type LabelRange } from './idx.ts';
import { datasetOf, outlineOf } from '../splits.ts';

/** Four IDX files in a folder: images and labels, for training and for testing. */
export interface IdxFolder {
  /** The kind of data set. */
  name: string;
  folder: string;
  /** Names of the files without their endings. */
  files: IdxNames;
  labels: LabelRange;
  /** Whether images lie with rows and columns exchanged. */
  transpose: boolean;
  classNames?: string[];
  validation: number;
  train: number | null;
}

export interface IdxNames {
  trainImages: string;
  trainLabels: string;
  testImages: string;
  testLabels: string;
}

/** MNIST's names, which Fashion-MNIST and KMNIST share. */
export const MNIST_NAMES: IdxNames = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};

/** Rejects with BAD_DATA_FILE or INVALID_STUDY. */
export async function loadIdxFolder(source: IdxFolder): Promise<Dataset> {
  const { name, folder, labels, transpose, classNames, validation, train } = source;
  const files = locate(source);
  const [training, test] = await Promise.all([
    readIdxPair(files.trainImages, files.trainLabels, labels),
    readIdxPair(files.testImages, files.testLabels, labels),
  ]);
  checkSizes(folder, training, test);
  const { height, width } = training;
  if (transpose) for (const split of [training, test]) split.images = transposed(split.images, height, width);
  return datasetOf({
    name,
    imageShape: transpose ? [width, height, 1] : [height, width, 1],
    classes: labels.classes,
    ...(classNames && { classNames }),
    training,
    test,
    validation,
    train,
  });
}

/** Rejects with BAD_DATA_FILE or INVALID_STUDY. */
export async function outlineIdxFolder(source: IdxFolder): Promise<DatasetOutline> {
  const { folder, labels, transpose, classNames, validation, train } = source;
  const files = locate(source);
  const [training, test] = await Promise.all([
    outlineIdxPair(files.trainImages, files.trainLabels),
    outlineIdxPair(files.testImages, files.testLabels),
  ]);
  checkSizes(folder, training, test);
  const { height, width } = training;
  return outlineOf(
    {
      imageShape: transpose ? [width, height, 1] : [height, width, 1],
      classes: labels.classes,
      ...(classNames && { classNames }),
      test: test.count,
    },
    training.count,
    validation,
    train,
  );
}

/** Paths of the four files. Throws BAD_DATA_FILE where one is not there. */
export function listIdxFolder(source: IdxFolder): string[] {
  return Object.values(locate(source)) as string[];
}

function locate({ folder, files }: IdxFolder): IdxNames {
  const file = (name: string): string => {
    const found = [name, `${name}.gz`, name.replace('-idx', '.idx')].find((candidate) =>
      existsSync(join(folder, candidate)),
    );
    if (found === undefined) throw badFile(join(folder, name), `is not there, nor is ${name}.gz.`);
    return join(folder, found);
  };
  return {
    trainImages: file(files.trainImages),
    trainLabels: file(files.trainLabels),
    testImages: file(files.testImages),
    testLabels: file(files.testLabels),
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

/** Images [count, height, width] as [count, width, height]. */
function transposed(images: Uint8Array, height: number, width: number): Uint8Array {
  const turned = new Uint8Array(images.length);
  let target = 0;
  for (let image = 0; image < images.length; image += height * width)
    for (let column = 0; column < width; column++)
      for (let row = 0; row < height; row++) turned[target++] = images[image + row * width + column]!;
  return turned;
}

/** What a data set of such files does, from what its options say of them. */
export function readsIdxFolder<Options>(filesOf: (given: Options) => IdxFolder) {
  return {
    load: async (given: Options) => loadIdxFolder(filesOf(given)),
    outline: async (given: Options) => outlineIdxFolder(filesOf(given)),
    location: (given: Options) => filesOf(given).folder,
    files: async (given: Options) => listIdxFolder(filesOf(given)),
  };
}
