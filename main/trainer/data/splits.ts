import { createHash } from 'node:crypto';
import { sizeOf } from '../../../common/network.ts';
import { generator, permutation } from '../random.ts';
import { CascadeError } from '../../../common/errors.ts';
import type { Dataset, DatasetOutline, Split } from './dataset.ts';

/** The validation split is the same for every seed and study, so that runs stay comparable. */
const SPLIT_SEED = 0;

/** Which of the training images are trained on and which are held out, each in ascending order. */
export interface SplitRows {
  train: Int32Array;
  /** Null where none are held out. */
  validation: Int32Array | null;
}

/**
 * Holds out `validation` of `count` images by one fixed permutation, and keeps `train` of the others (all when null).
 * Throws INVALID_STUDY when there are too few.
 */
export function splitRows(count: number, validation: number, train: number | null): SplitRows {
  const wanted = trainingCount(count, validation, train);
  const order = permutation(count, generator(SPLIT_SEED, 'validation split'));
  const take = (from: number, to: number): Int32Array => order.slice(from, to).sort();
  return {
    validation: validation > 0 ? take(0, validation) : null,
    train: take(validation, validation + wanted),
  };
}

/** The same with the images themselves, of `imageBytes` each. */
export function splitTraining(
  images: Uint8Array,
  labels: ArrayLike<number>,
  imageBytes: number,
  validation: number,
  train: number | null,
): { train: Split; validation: Split | null } {
  const rows = splitRows(labels.length, validation, train);
  if (rows.train.length === labels.length)
    return { validation: null, train: splitOf({ images, labels, count: labels.length }) };
  const take = (indices: Int32Array): Split => {
    const split: Split = {
      images: new Uint8Array(indices.length * imageBytes),
      labels: new Int32Array(indices.length),
      count: indices.length,
    };
    indices.forEach((source, target) => {
      split.images.set(images.subarray(source * imageBytes, (source + 1) * imageBytes), target * imageBytes);
      split.labels[target] = labels[source]!;
    });
    return split;
  };
  return { validation: rows.validation && take(rows.validation), train: take(rows.train) };
}

/** How many of `count` images are trained on: `train`, or all but the validation images. Throws as `splitTraining`. */
export function trainingCount(count: number, validation: number, train: number | null): number {
  const wanted = train ?? count - validation;
  if (validation + wanted > count || wanted < 1)
    throw new CascadeError(
      'INVALID_STUDY',
      `The data set has ${count} training images: it cannot give ${wanted} for training and ${validation} for validation.`,
    );
  return wanted;
}

/**
 * The outline of a data set whose validation images are held out from `trainingImages`, or have a count of their own.
 * Throws as `splitTraining`.
 */
export function outlineOf(
  parts: Pick<DatasetOutline, 'imageShape' | 'classes' | 'classNames' | 'test'>,
  trainingImages: number,
  held: number | { count: number },
  trained: number | null,
): DatasetOutline {
  const heldOut = typeof held === 'number' ? held : 0;
  const validation = typeof held === 'number' ? held : held.count;
  const train = trainingCount(trainingImages, heldOut, trained);
  const imageBytes = sizeOf(parts.imageShape);
  const labelBytes = Int32Array.BYTES_PER_ELEMENT;
  return {
    ...parts,
    train,
    validation,
    bytes: (train + validation + parts.test) * (imageBytes + labelBytes),
  };
}

/** SHA-256 over everything that a run reads of its data. */
export function hashDataset(dataset: Omit<Dataset, 'hash'>): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([dataset.imageShape, dataset.classes, dataset.mean, dataset.standardDeviation]));
  for (const split of [dataset.train, dataset.validation, dataset.test])
    if (split)
      hash
        .update(new Int32Array([split.count]))
        .update(split.images)
        .update(split.labels);
  return hash.digest('hex');
}

/**
 * Mean and standard deviation of byte / 255 of each channel over all images of a split, channels last. A channel that
 * holds one value everywhere has the deviation 1.
 */
export function channelStatistics(
  images: Uint8Array,
  channels: number,
): { mean: number[]; standardDeviation: number[] } {
  const counts = Array.from({ length: channels }, () => new Float64Array(256));
  for (let pixel = 0; pixel < images.length; pixel += channels)
    for (let channel = 0; channel < channels; channel++) counts[channel]![images[pixel + channel]!]! += 1;
  // Whole numbers below 2⁵³, so their sums do not depend on an order.
  const sums = counts.map((count) => count.reduce((sum, times, byte) => sum + times * byte, 0));
  const squares = counts.map((count) => count.reduce((sum, times, byte) => sum + times * byte * byte, 0));
  return statisticsOf(sums, squares, images.length / channels);
}

/** The same from each channel's sum of bytes and of squared bytes over `pixels` pixels. */
export function statisticsOf(
  sums: readonly number[],
  squares: readonly number[],
  pixels: number,
): { mean: number[]; standardDeviation: number[] } {
  const means = sums.map((sum) => sum / pixels);
  return {
    mean: means.map((mean) => mean / 255),
    standardDeviation: squares.map((square, channel) => {
      const variance = Math.max(square / pixels - means[channel]! * means[channel]!, 0);
      return Math.sqrt(variance) / 255 || 1;
    }),
  };
}

/** All images of a format's training or test files, and their labels. */
export interface LabelledImages {
  images: Uint8Array;
  labels: ArrayLike<number>;
  count: number;
}

/** What `datasetOf` makes a data set of. */
export interface DatasetParts {
  name: string;
  imageShape: [number, number, number];
  classes: number;
  classNames?: string[];
  training: LabelledImages;
  test: LabelledImages;
  /** How many images of `training` to hold out, or images that are there for validation. */
  validation: number | LabelledImages;
  /** Images of the rest to train on: all when null. */
  train: number | null;
  /** Published constants to normalise by, in place of those measured on the images that are trained on. */
  published?: { mean: number[]; standardDeviation: number[] };
}

/** Splits, measures and hashes. Throws INVALID_STUDY when there are too few training images. */
export function datasetOf(parts: DatasetParts): Dataset {
  const { name, imageShape, classes, classNames, training, test, validation, train, published } = parts;
  const imageBytes = sizeOf(imageShape);
  const heldOut = typeof validation === 'number' ? validation : 0;
  const splits = splitTraining(training.images, training.labels, imageBytes, heldOut, train);
  const dataset = {
    name,
    imageShape,
    classes,
    ...(classNames && { classNames }),
    train: splits.train,
    validation: typeof validation === 'number' ? splits.validation : splitOf(validation),
    test: splitOf(test),
    ...(published ?? channelStatistics(splits.train.images, imageShape[2])),
  };
  return { ...dataset, hash: hashDataset(dataset) };
}

const splitOf = ({ images, labels, count }: LabelledImages): Split => ({
  // A Buffer is a Uint8Array whose slice() copies nothing, which nobody expects here.
  images: new Uint8Array(images.buffer, images.byteOffset, images.length),
  labels: Int32Array.from(labels),
  count,
});
