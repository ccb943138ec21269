import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Dataset, Split } from '../../../../../main/trainer/data/dataset.ts';
import { readIdx } from '../../../../../main/trainer/data/formats/idx.ts';
import { mnist, mnistFolder } from '../../../../../main/trainer/data/sets/mnist.ts';
import { channelStatistics } from '../../../../../main/trainer/data/splits.ts';
import { datasets } from '../../../../../main/trainer/data/registry.ts';

const PIXELS = 784;
const options = { name: 'mnist', validation: 5000, train: null };

let whole: Dataset;
beforeAll(async () => {
  whole = await datasets.open(options).load();
});

const perClass = ({ labels }: Split): number[] =>
  labels.reduce((counts, label) => counts.with(label, counts[label]! + 1), new Array<number>(10).fill(0));
const sum = (a: number[], b: number[]): number[] => a.map((value, index) => value + b[index]!);
const imageOf = ({ images }: Split, index: number): Buffer =>
  Buffer.from(images.subarray(index * PIXELS, (index + 1) * PIXELS));
/** Each image with its label, so that none can lose the other. */
const examples = (split: Split): string[] =>
  Array.from(
    { length: split.count },
    (_, index) => `${imageOf(split, index).toString('latin1')}${split.labels[index]}`,
  );

describe('MNIST', () => {
  test('has 55,000, 5,000 and 10,000 images of 28 × 28', () => {
    expect([whole.train.count, whole.validation!.count, whole.test.count]).toEqual([55_000, 5_000, 10_000]);
    for (const split of [whole.train, whole.validation!, whole.test]) {
      expect(split.images).toHaveLength(split.count * PIXELS);
      expect(split.labels).toHaveLength(split.count);
      // A Buffer’s slice() copies nothing.
      expect(Buffer.isBuffer(split.images)).toBe(false);
    }
    expect(whole).toMatchObject({ name: 'mnist', imageShape: [28, 28, 1], classes: 10 });
  });

  test('has as many of each digit as its authors counted', () => {
    expect(perClass(whole.test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect(sum(perClass(whole.train), perClass(whole.validation!))).toEqual([
      5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]);
  });

  test('begins its test images with 7 2 1 0 4 1 4 9 5 9', () => {
    expect([...whole.test.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  });

  test('is normalised by the mean and deviation of its training images', () => {
    const all = Buffer.concat([whole.train.images, whole.validation!.images]);
    const { mean, standardDeviation } = channelStatistics(all, 1);
    expect(whole.mean[0]).toBeCloseTo(mean[0]!, 4);
    expect(whole.standardDeviation[0]).toBeCloseTo(standardDeviation[0]!, 4);
  });

  test('holds out validation images that are not among those for training, each with its own label', async () => {
    const folder = mnistFolder();
    const images = await readIdx(join(folder, 'train-images-idx3-ubyte'), 3);
    const labels = await readIdx(join(folder, 'train-labels-idx1-ubyte'), 1);
    const original = { images: images.bytes, labels: Int32Array.from(labels.bytes), count: 60_000 };
    const parts = [...examples(whole.train), ...examples(whole.validation!)];
    // Were one image in both parts, another would be in neither.
    expect(digest(parts)).toBe(digest(examples(original)));
  });

  test('is split alike every time, whatever else is asked for', async () => {
    const [again, some, other] = await Promise.all([
      datasets.open(options).load(),
      datasets.open({ ...options, train: 1000 }).load(),
      datasets.open({ ...options, validation: 100, train: 1000 }).load(),
    ]);
    expect(again.hash).toBe(whole.hash);
    expect(some.train.count).toBe(1000);
    expect(Buffer.compare(some.validation!.images, whole.validation!.images)).toBe(0);
    const held = new Set(examples(whole.validation!));
    expect(examples(some.train).filter((example) => held.has(example))).toEqual([]);
    const trained = new Set(examples(whole.train));
    expect(examples(some.train).every((example) => trained.has(example))).toBe(true);
    expect(other.validation!.count).toBe(100);
    expect(new Set([whole.hash, some.hash, other.hash]).size).toBe(3);
  });

  test('can do without validation, and refuses what it has not', async () => {
    expect((await datasets.open({ ...options, validation: 0 }).load()).validation).toBeNull();
    expect(mnist.options.safeParse({ ...options, train: 55_000 }).success).toBe(true);
    expect(mnist.options.safeParse({ ...options, train: 55_001 }).error?.issues).toMatchObject([
      {
        path: ['train'],
        message: 'must leave room for the validation images among the 60000 training images',
      },
    ]);
  });
});

/** Independent of the order of the parts. */
function digest(parts: string[]): string {
  const hash = createHash('sha256');
  for (const part of parts.sort()) hash.update(part);
  return hash.digest('hex');
}
