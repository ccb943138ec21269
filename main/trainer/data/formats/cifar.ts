import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  checkBinarySize,
  CIFAR_IMAGE_BYTES,
  CIFAR_SHAPE,
  interleave,
  readBinaryBatch,
  readPickledBatch,
  type CifarBatch,
} from './cifar-batch.ts';
import type { Dataset, DatasetOutline } from '../dataset.ts';
import { badFile, readStart, readWhole, sizeOfFile } from './files.ts';
import { datasetOf, outlineOf, type LabelledImages } from '../splits.ts';
import { readTar, readTarHeader } from './tar.ts';

/** How the files of CIFAR-10 or CIFAR-100 are named and filled. */
export interface CifarLayout {
  name: string;
  classNames: string[];
  /** Files without the ending .bin of the binary version. */
  trainFiles: string[];
  testFile: string;
  /** Images of each training file, and of the test file. */
  trainImages: number;
  testImages: number;
  /** Label bytes before each image of the binary version, and which of them counts. */
  labelBytes: number;
  labelAt: number;
  /** The labels in the dictionaries of the Python version. */
  labelKey: string;
  /** Folders that the two archives unpack to. */
  binaryFolder: string;
  pythonFolder: string;
}

export interface CifarSource {
  layout: CifarLayout;
  /** A folder with the files, or one that holds such a folder, or an archive (.tar.gz or .tar). */
  path: string;
  validation: number;
  train: number | null;
}

/** Rejects with BAD_DATA_FILE or INVALID_STUDY. The binary and the Python version give the same data set. */
export async function loadCifar({ layout, path, validation, train }: CifarSource): Promise<Dataset> {
  const files = isFile(path) ? await filesOfArchive(layout, path) : filesOfFolder(layout, path);
  const training = emptyImages(layout.trainFiles.length * layout.trainImages);
  // One at a time: each file is as large as its images.
  for (const [index, name] of layout.trainFiles.entries())
    await fill(layout, files, name, layout.trainImages, training, index * layout.trainImages);
  const test = emptyImages(layout.testImages);
  await fill(layout, files, layout.testFile, layout.testImages, test, 0);
  const { name, classNames } = layout;
  return datasetOf({
    name,
    imageShape: CIFAR_SHAPE,
    classes: classNames.length,
    classNames,
    training,
    test,
    validation,
    train,
  });
}

/** Rejects with BAD_DATA_FILE or INVALID_STUDY. Of an archive only the beginning is looked at. */
export async function outlineCifar({
  layout,
  path,
  validation,
  train,
}: CifarSource): Promise<DatasetOutline> {
  const { classNames, trainFiles, testFile, trainImages, testImages } = layout;
  if (isFile(path)) readTarHeader(path, (await readStart(path, 512)).bytes);
  else {
    const files = filesOfFolder(layout, path);
    for (const name of [...trainFiles, testFile]) {
      const images = name === testFile ? testImages : trainImages;
      const size = await sizeOfFile(files.nameOf(name));
      if (files.binary) checkBinarySize(files.nameOf(name), size, images, layout.labelBytes);
      else if (size < images * CIFAR_IMAGE_BYTES)
        throw badFile(files.nameOf(name), `is truncated: it is smaller than its ${images} images.`);
    }
  }
  return outlineOf(
    { imageShape: CIFAR_SHAPE, classes: classNames.length, classNames, test: testImages },
    trainFiles.length * trainImages,
    validation,
    train,
  );
}

/** Paths of the files, or of the archive. Throws BAD_DATA_FILE where there are none. */
export function listCifar({ layout, path }: CifarSource): string[] {
  if (isFile(path)) return [path];
  const { nameOf } = filesOfFolder(layout, path);
  return [...layout.trainFiles, layout.testFile].map(nameOf);
}

/** What a data set of such files does, from what its options say of them. */
export function readsCifar<Options>(sourceOf: (given: Options) => CifarSource) {
  return {
    load: async (given: Options) => loadCifar(sourceOf(given)),
    outline: async (given: Options) => outlineCifar(sourceOf(given)),
    location: (given: Options) => sourceOf(given).path,
    files: async (given: Options) => listCifar(sourceOf(given)),
  };
}

/** The files of one of the two versions. */
interface CifarFiles {
  binary: boolean;
  /** How errors name a file. */
  nameOf(name: string): string;
  read(name: string): Promise<Uint8Array>;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch (error) {
    throw badFile(path, 'is not there.', error);
  }
}

function filesOfFolder(layout: CifarLayout, path: string): CifarFiles {
  const [first] = layout.trainFiles;
  const candidates = [
    { binary: true, folder: path },
    { binary: true, folder: join(path, layout.binaryFolder) },
    { binary: false, folder: path },
    { binary: false, folder: join(path, layout.pythonFolder) },
  ];
  const found = candidates.find(({ binary, folder }) =>
    existsSync(join(folder, `${first}${ending(binary)}`)),
  );
  if (!found)
    throw badFile(path, `holds neither ${first}.bin (binary version) nor ${first} (Python version).`);
  const nameOf = (name: string): string => join(found.folder, `${name}${ending(found.binary)}`);
  const imagesOf = (name: string): number =>
    name === layout.testFile ? layout.testImages : layout.trainImages;
  return { binary: found.binary, nameOf, read: (name) => readWhole(nameOf(name), largest(imagesOf(name))) };
}

async function filesOfArchive(layout: CifarLayout, path: string): Promise<CifarFiles> {
  const images = layout.trainFiles.length * layout.trainImages + layout.testImages;
  const entries = readTar(path, await readWhole(path, largest(images) + ARCHIVE_BYTES));
  const find = (name: string): [string, Uint8Array] | undefined =>
    [...entries].find(([entry]) => entry === name || entry.endsWith(`/${name}`));
  const [first] = layout.trainFiles;
  const binary = find(`${first}.bin`) !== undefined;
  if (!binary && !find(first!))
    throw badFile(path, `holds neither ${first}.bin (binary version) nor ${first} (Python version).`);
  const entryOf = (name: string) => find(`${name}${ending(binary)}`);
  return {
    binary,
    nameOf: (name) => `${path}, ${entryOf(name)?.[0] ?? name}`,
    read: async (name) => {
      const entry = entryOf(name);
      if (!entry) throw badFile(path, `holds no ${name}${ending(binary)}.`);
      return entry[1];
    },
  };
}

/** Labels and, in the Python version, the name of an image come on top of its pixels: 33 bytes in the published files. */
const BESIDE_PIXELS = 256;
/** Headers of an archive, names of classes, a page of explanation. */
const ARCHIVE_BYTES = 2 ** 20;
const largest = (images: number): number => images * (CIFAR_IMAGE_BYTES + BESIDE_PIXELS) + 2 ** 16;

const ending = (binary: boolean): string => (binary ? '.bin' : '');

interface Filled extends LabelledImages {
  labels: Uint8Array;
}

const emptyImages = (count: number): Filled => ({
  images: new Uint8Array(count * CIFAR_IMAGE_BYTES),
  labels: new Uint8Array(count),
  count,
});

/** Reads one file into the images from `start` on. */
async function fill(
  layout: CifarLayout,
  files: CifarFiles,
  name: string,
  images: number,
  target: Filled,
  start: number,
): Promise<void> {
  const file = files.nameOf(name);
  const bytes = await files.read(name);
  const batch: CifarBatch = files.binary
    ? readBinaryBatch(file, bytes, images, layout)
    : readPickledBatch(file, bytes, images, layout.labelKey);
  const classes = layout.classNames.length;
  for (let index = 0; index < images; index++) {
    const label = batch.labels[index]!;
    if (!(label >= 0 && label < classes))
      throw badFile(
        file,
        `label ${index} is ${label}, but there are only ${classes} classes (0 to ${classes - 1}).`,
      );
    target.labels[start + index] = label;
    interleave(batch.planes(index), target.images, (start + index) * CIFAR_IMAGE_BYTES);
  }
}
