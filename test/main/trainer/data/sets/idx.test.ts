import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readIdx } from '../../../../../main/trainer/data/formats/idx.ts';
import { channelStatistics, hashDataset } from '../../../../../main/trainer/data/splits.ts';
import { idxFile } from '../bytes.ts';
import { datasets } from '../../../../../main/trainer/data/registry.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cascade-idx-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NAMES = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const;

const images = (count: number, height = 2, width = 3): Buffer =>
  idxFile(
    [count, height, width],
    Array.from({ length: count * height * width }, (_, index) => (index * 37) % 256),
  );
const labels = (count: number): Buffer =>
  idxFile(
    [count],
    Array.from({ length: count }, (_, index) => index % 3),
  );

type Files = Partial<Record<keyof typeof NAMES, Buffer | null>>;

/** Writes four good files, but for those that are given (null: none). */
function write(change: Files = {}, name: (plain: string) => string = (plain) => plain): void {
  const files: Files = {
    trainImages: images(10),
    trainLabels: labels(10),
    testImages: images(4),
    testLabels: labels(4),
    ...change,
  };
  for (const [key, bytes] of Object.entries(files))
    if (bytes) writeFileSync(join(folder, name(NAMES[key as keyof typeof NAMES])), bytes);
}
const load = (options: Record<string, unknown> = {}) =>
  datasets.open({ name: 'idx', folder, classes: 3, validation: 2, ...options }).load();

describe('IDX files of one’s own', () => {
  test('are read plain, gzipped, or named with a dot', async () => {
    write();
    const plain = await load();
    expect(plain).toMatchObject({ imageShape: [2, 3, 1], classes: 3 });
    expect([plain.train.count, plain.validation!.count, plain.test.count]).toEqual([8, 2, 4]);
    expect([...plain.test.labels]).toEqual([0, 1, 2, 0]);
    expect([...plain.test.images.subarray(0, 6)]).toEqual([0, 37, 74, 111, 148, 185]);

    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    const zipped: Files = {
      trainImages: gzipSync(images(10)),
      trainLabels: gzipSync(labels(10)),
      testImages: gzipSync(images(4)),
      testLabels: gzipSync(labels(4)),
    };
    write(zipped, (name) => `${name}.gz`);
    expect((await load()).hash).toBe(plain.hash);

    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    write({}, (name) => name.replace('-idx', '.idx'));
    expect((await load()).hash).toBe(plain.hash);
  });

  test('are normalised by the training images that are used', async () => {
    write();
    const { train, mean, standardDeviation } = await load();
    const average = train.images.reduce((sum, byte) => sum + byte / 255, 0) / train.images.length;
    const variance =
      train.images.reduce((sum, byte) => sum + (byte / 255 - average) ** 2, 0) / train.images.length;
    expect(mean[0]).toBeCloseTo(average, 12);
    expect(standardDeviation[0]).toBeCloseTo(Math.sqrt(variance), 12);
  });

  test('that hold one value everywhere are not divided by zero', () => {
    expect(channelStatistics(new Uint8Array(10).fill(51), 1)).toEqual({
      mean: [0.2],
      standardDeviation: [1],
    });
  });

  test('have another hash when a byte, a label or the split differs', async () => {
    write();
    const dataset = await load();
    const hashes = new Set([dataset.hash]);
    const changed = (of: (copy: typeof dataset) => void): void => {
      const copy = structuredClone(dataset);
      of(copy);
      hashes.add(hashDataset(copy));
    };
    expect(hashDataset(dataset)).toBe(dataset.hash);
    changed(({ train }) => (train.images[3]! ^= 1));
    changed(({ train }) => (train.labels[3] = (train.labels[3]! + 1) % 3));
    changed(({ validation }) => (validation!.images[0]! ^= 1));
    changed(({ test: { images } }) => (images[images.length - 1]! ^= 1));
    changed(({ test: { labels } }) => (labels[0] = 2));
    changed((copy) => (copy.validation = null));
    changed((copy) => (copy.mean = [0]));
    changed((copy) => (copy.imageShape = [3, 2, 1]));
    changed((copy) => (copy.classes = 4));
    expect(hashes.size).toBe(10);
  });
});

describe('a bad file is refused, by name and with what is wrong', () => {
  const good = images(10);
  const cases: [string, Files, keyof typeof NAMES, RegExp][] = [
    ['missing', { trainLabels: null }, 'trainLabels', /is not there, nor is .*\.gz/],
    ['empty', { trainImages: Buffer.alloc(0) }, 'trainImages', /too short for an IDX header: 0 bytes/],
    ['shorter than its magic number', { testImages: Buffer.from([0, 0, 8]) }, 'testImages', /3 bytes/],
    [
      'not IDX',
      { trainImages: Buffer.from('PNG, in truth') },
      'trainImages',
      /not an IDX file: its first two bytes/,
    ],
    [
      'of floats',
      { trainImages: idxFile([1, 1, 1], [0, 0, 0, 0], 0x0d) },
      'trainImages',
      /type 0x0d.*unsigned bytes/,
    ],
    [
      'of too few dimensions',
      { trainImages: idxFile([60], new Uint8Array(60)) },
      'trainImages',
      /has 1 dimensions where 3 are needed/,
    ],
    [
      'images in place of labels',
      { testLabels: images(4) },
      'testLabels',
      /has 3 dimensions where 1 are needed \(labels\)/,
    ],
    ['cut within its header', { trainImages: good.subarray(0, 14) }, 'trainImages', /ends within its header/],
    [
      'truncated',
      { trainImages: good.subarray(0, -1) },
      'trainImages',
      /truncated: 10 × 2 × 3 promises 60 bytes of data, 59 are there/,
    ],
    [
      'too long',
      { testLabels: Buffer.concat([labels(4), Buffer.alloc(2)]) },
      'testLabels',
      /has 2 bytes after its data of 4/,
    ],
    [
      'without images',
      { testImages: idxFile([0, 2, 3], []) },
      'testImages',
      /is empty: its dimensions are 0 × 2 × 3/,
    ],
    ['of images without pixels', { trainImages: idxFile([10, 0, 3], []) }, 'trainImages', /is empty/],
    [
      'promising more than any file holds',
      { trainImages: idxFile([2 ** 32 - 1, 2 ** 32 - 1, 9], [1]) },
      'trainImages',
      /truncated/,
    ],
    [
      'with fewer labels than images',
      { trainLabels: labels(9) },
      'trainLabels',
      /has 9 labels for the 10 images of .*train-images/,
    ],
    [
      'with a label beyond the classes',
      { testLabels: idxFile([4], [0, 1, 3, 2]) },
      'testLabels',
      /label 2 is 3, but there are only 3 classes \(0 to 2\)/,
    ],
    [
      'cut gzip',
      { trainImages: gzipSync(good).subarray(0, -12) },
      'trainImages',
      /gzipped, but cannot be unpacked.*truncated or damaged/,
    ],
    [
      'damaged gzip',
      { trainImages: gzipSync(good).fill(0xff, 12, 20) },
      'trainImages',
      /gzipped, but cannot be unpacked/,
    ],
  ];

  test.each(cases)('%s', async (_what, files, named, what) => {
    write(files);
    const error: unknown = await load().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'BAD_DATA_FILE', message: expect.stringMatching(what) as string });
    expect((error as Error).message.startsWith(`${join(folder, NAMES[named])}: `)).toBe(true);
  });

  test('a folder in place of a file', async () => {
    write({ testImages: null });
    mkdirSync(join(folder, NAMES.testImages));
    await expect(load()).rejects.toMatchObject({
      code: 'BAD_DATA_FILE',
      message: expect.stringMatching(/t10k-images-idx3-ubyte: cannot be read/) as string,
    });
  });

  test('images of two sizes', async () => {
    write({ testImages: images(4, 3, 2) });
    await expect(load()).rejects.toMatchObject({
      code: 'BAD_DATA_FILE',
      message: expect.stringMatching(/training images are 2 × 3, test images 3 × 2/) as string,
    });
  });

  test('more for training and validation than there is', async () => {
    write();
    await expect(load({ validation: 10 })).rejects.toMatchObject({ code: 'INVALID_STUDY' });
    await expect(load({ train: 9 })).rejects.toThrow(
      /10 training images: it cannot give 9 for training and 2/,
    );
    expect((await load({ train: 8 })).train.count).toBe(8);
  });

  test('a file of another kind keeps the reason of the system', async () => {
    await expect(readIdx(join(folder, 'nowhere'), 1)).rejects.toThrow(/ENOENT/);
  });
});
