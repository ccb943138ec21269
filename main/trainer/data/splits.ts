import { createHash } from 'node:crypto';
import { generator, permutation } from '../../../common/random.ts';
import { CascadeError } from '../../../common/errors.ts';
import type { Dataset, DatasetOutline, Split } from './dataset.ts';

/** The validation split is the same for every seed and study, so that runs stay comparable. */
const SPLIT_SEED = 0;

/**
 * Holds out `validation` of the training images by one fixed permutation, and keeps `train` of the others (all when
 * null). Throws INVALID_STUDY when there are too few.
 */
export function splitTraining(
  images: Uint8Array,
  labels: Uint8Array,
  imageBytes: number,
  validation: number,
  train: number | null,
): { train: Split; validation: Split | null } {
  const count = labels.length;
  const wanted = trainingCount(count, validation, train);
  const order = permutation(count, generator(SPLIT_SEED, 'validation split'));
  const take = (from: number, to: number): Split => {
    const indices = order.slice(from, to).sort();
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
  return {
    validation: validation > 0 ? take(0, validation) : null,
    train: take(validation, validation + wanted),
  };
}

/** How many of `count` images are trained on: `train`, or all but the validation images. Throws as `splitTraining`. */
export function trainingCount(count: number, validation: number, train: number | null): number {
  const wanted = train ?? count - validation;
  if (validation + wanted > count || wanted < 1)
    throw new CascadeError(
      'INVALID_STUDY',
      `The data set has ${count} training images: it can not give ${wanted} for training and ${validation} for validation.`,
    );
  return wanted;
}

/** The outline of a data set whose validation images are held out from `trainingImages`. Throws as `splitTraining`. */
export function outlineOf(
  parts: Pick<DatasetOutline, 'imageShape' | 'classes' | 'classNames' | 'test'>,
  trainingImages: number,
  validation: number,
  trained: number | null,
): DatasetOutline {
  const train = trainingCount(trainingImages, validation, trained);
  const imageBytes = parts.imageShape.reduce((product, length) => product * length, 1);
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

/** Mean and standard deviation of byte / 255 over all images of a split, one channel. */
export function channelStatistics(images: Uint8Array): { mean: number; standardDeviation: number } {
  let sum = 0;
  let squares = 0;
  for (const byte of images) {
    sum += byte;
    squares += byte * byte;
  }
  const mean = sum / images.length;
  const variance = Math.max(squares / images.length - mean * mean, 0);
  return { mean: mean / 255, standardDeviation: Math.sqrt(variance) / 255 || 1 };
}
