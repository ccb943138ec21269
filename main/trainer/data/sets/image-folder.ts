import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { type Dataset, defineDataset, type LoadWatcher, type Split } from '../dataset.ts';
import { ImageStream, RING_BYTES } from '../streams/image-stream.ts';
import { listImages, type ImageFile, type ListedImages } from '../streams/list-images.ts';
import { prepareImages, readPixels, type PreparedImages } from '../streams/prepared-images.ts';
import type { ImageFiles } from '../streams/row-decoder.ts';
import { shareTexts } from '../streams/shared-texts.ts';
import { DIGEST_BYTES } from '../streams/tasks.ts';
import { outlineOf, splitRows, statisticsOf } from '../splits.ts';

const options = z
  .strictObject({
    name: z.literal('image-folder'),
    folder: z
      .string()
      .min(1)
      .describe('Folder with train/<class>/<image> and val/<class>/<image>, JPEG or PNG.'),
    size: z.int().min(1).max(4096).describe('Height and width that every image is cut to, from its middle.'),
    resize: z
      .int()
      .min(1)
      .max(8192)
      .nullable()
      .default(null)
      .describe(
        'Length of the shorter side before that; default: size (for ImageNet: size 224, resize 256).',
      ),
    channels: z
      .union([z.literal(1), z.literal(3)])
      .default(3)
      .describe('3 for colour, 1 for grey; images of the other kind are converted.'),
    test: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('Name of the folder of test images; default: the first of test, val and validation.'),
    validation: z
      .union([z.int().min(0), z.string().min(1)])
      .default(0)
      .describe('Training images held out for validation, or the name of the folder of validation images.'),
    train: z.int().min(1).nullable().default(null).describe('Training images to use; default: all others.'),
    decode: z
      .enum(['once', 'every-epoch'])
      .default('once')
      .describe('Whether decoded images are kept on disk, or files are decoded again in every epoch.'),
    memory: z
      .number()
      .min(0)
      .max(8)
      .default(2)
      .describe('GiB of images to hold in memory; a larger data set is read ahead of each step.'),
    cache: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'Folder for decoded images; default: .cascade-cache in the data set’s own, or the user’s cache.',
      ),
    threads: z
      .int()
      .min(1)
      .max(256)
      .nullable()
      .default(null)
      .describe('Threads that decode; default: as many as the machine has cores.'),
  })
  .refine(({ size, resize }) => resize === null || resize >= size, {
    path: ['resize'],
    message: 'must be at least size, which is cut from it',
  });

type Options = z.infer<typeof options>;

/** Threads that read decoded images from a disk: enough for it to see the next request early. */
const READING_THREADS = 2;

/** Images in folders, one for each class, as ImageNet's are commonly laid out. */
export const imageFolder = defineDataset({
  name: 'image-folder',
  title: 'JPEG and PNG images in folders of classes',
  options,
  load: async (given, watch) => loadFolder(given, watch),
  outline: async (chosen) => {
    const { classNames, train, test, validation } = await list(chosen);
    const { size, channels, memory, decode } = chosen;
    const outline = outlineOf(
      { imageShape: [size, size, channels], classes: classNames.length, classNames, test: test.length },
      train.length,
      validation ? { count: validation.length } : heldOut(chosen),
      chosen.train,
    );
    const count = train.length + test.length + (validation?.length ?? 0);
    const all = count * size * size * channels;
    const streamed = decode === 'every-epoch' || all > memory * 2 ** 30;
    return { ...outline, streamed, ...(streamed && { bytes: Math.min(all, RING_BYTES) + 4 * count }) };
  },
  location: ({ folder }) => folder,
  files: async (chosen) => {
    return imagesOf(await list(chosen)).map(({ path }) => join(resolve(chosen.folder), path));
  },
  hash: async (given, watch) => (await look(given, watch)).hash,
});

const list = ({ folder, test, validation }: Options): Promise<ListedImages> =>
  listImages(resolve(folder), { test, validation: typeof validation === 'string' ? validation : null });

const heldOut = ({ validation }: Options): number => (typeof validation === 'number' ? validation : 0);

/** Which rows of all images make up each split. */
interface Rows {
  train: Int32Array;
  validation: Int32Array | null;
  test: Int32Array;
}

const imagesOf = ({ train, test, validation }: ListedImages): ImageFile[] => [
  ...train,
  ...test,
  ...(validation ?? []),
];

/** Everything of the folder but pixels in memory: files are decoded where they were not, to know their digests. */
async function look(chosen: Options, watch?: LoadWatcher) {
  const { size, channels, decode, cache, threads } = chosen;
  const listed = await list(chosen);
  const images = imagesOf(listed);
  const rows = rowsOf(listed, chosen);
  const files: ImageFiles = {
    root: resolve(chosen.folder),
    paths: shareTexts(images.map(({ path }) => path)),
    fit: { size, resize: chosen.resize ?? size, channels },
  };
  const keepPixels = decode === 'once';
  const prepared = await prepareImages({ images, files, keepPixels, cache, threads }, watch);
  const labelsOf = (split: Int32Array): Int32Array => split.map((row) => images[row]!.label);
  const parts = {
    name: 'image-folder',
    imageShape: [size, size, channels] as [number, number, number],
    classes: listed.classNames.length,
    classNames: listed.classNames,
    ...statisticsOfRows(prepared.sums, rows.train, channels, size * size),
  };
  const hash = hashRows(parts, prepared, rows, labelsOf);
  return { images, rows, files, prepared, labelsOf, parts, hash };
}

async function loadFolder(chosen: Options, watch?: LoadWatcher): Promise<Dataset> {
  const { size, channels, memory, threads } = chosen;
  const { images, rows, files, prepared, labelsOf, parts, hash } = await look(chosen, watch);
  const imageBytes = size * size * channels;
  const resident = prepared.pixels !== null && images.length * imageBytes <= memory * 2 ** 30;
  const splitsBy = (split: (rows: Int32Array) => Split) => ({
    train: split(rows.train),
    validation: rows.validation && split(rows.validation),
    test: split(rows.test),
  });
  if (resident) {
    const pixels = await readPixels(prepared.pixels!, prepared.digests, imageBytes);
    const splits = splitsBy((split) => ({
      images: gather(pixels, split, imageBytes),
      labels: labelsOf(split),
      count: split.length,
    }));
    return { ...parts, ...splits, hash };
  }
  const stream = await ImageStream.open({
    source: prepared.pixels === null ? { files } : { pixels: prepared.pixels },
    imageBytes,
    rows: images.length,
    threads: prepared.pixels === null ? (threads ?? availableParallelism()) : READING_THREADS,
  });
  const splits = splitsBy((split) => ({
    images: new Uint8Array(),
    labels: labelsOf(split),
    count: split.length,
    source: stream.split(split),
  }));
  return { ...parts, ...splits, hash, close: () => stream.close() };
}

function rowsOf({ train, test, validation }: ListedImages, chosen: Options): Rows {
  const chosenRows = splitRows(train.length, heldOut(chosen), chosen.train);
  const from = (start: number, count: number): Int32Array =>
    Int32Array.from({ length: count }, (_, index) => start + index);
  return {
    train: chosenRows.train,
    test: from(train.length, test.length),
    validation: validation ? from(train.length + test.length, validation.length) : chosenRows.validation,
  };
}

function gather(pixels: Uint8Array, rows: Int32Array, imageBytes: number): Uint8Array {
  const images = new Uint8Array(rows.length * imageBytes);
  rows.forEach((row, index) =>
    images.set(pixels.subarray(row * imageBytes, (row + 1) * imageBytes), index * imageBytes),
  );
  return images;
}

function statisticsOfRows(
  sums: Float64Array,
  rows: Int32Array,
  channels: number,
  pixels: number,
): { mean: number[]; standardDeviation: number[] } {
  const total = (channel: number, power: 0 | 1): number =>
    rows.reduce((sum, row) => sum + sums[(row * channels + channel) * 2 + power]!, 0);
  const each = Array.from({ length: channels }, (_, channel) => channel);
  return statisticsOf(
    each.map((channel) => total(channel, 0)),
    each.map((channel) => total(channel, 1)),
    rows.length * pixels,
  );
}

/** Over the digests of images in place of their pixels, so that it needs none of them; the same however they are read. */
function hashRows(
  {
    imageShape,
    classes,
    mean,
    standardDeviation,
  }: Pick<Dataset, 'imageShape' | 'classes' | 'mean' | 'standardDeviation'>,
  { digests }: PreparedImages,
  rows: Rows,
  labelsOf: (split: Int32Array) => Int32Array,
): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([imageShape, classes, mean, standardDeviation]));
  for (const split of [rows.train, rows.validation, rows.test]) {
    if (!split) continue;
    hash
      .update(new Int32Array([split.length]))
      .update(gather(digests, split, DIGEST_BYTES))
      .update(labelsOf(split));
  }
  return hash.digest('hex');
}
