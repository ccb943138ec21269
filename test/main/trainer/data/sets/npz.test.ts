import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { npz } from '../../../../../main/trainer/data/sets/npz.ts';
import { noise, npyFile, npzFile } from '../bytes.ts';
import { datasets } from '../../../../../main/trainer/data/registry.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cascade-npz-'));
  file = join(folder, 'arrays.npz');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const images = (count: number, shape: number[] = [2, 3, 3]): Buffer =>
  npyFile('|u1', [count, ...shape], noise(count * shape.reduce((a, b) => a * b, 1)));
const bytes = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer as ArrayBuffer);
const labels = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, index) => index % 4);

const arrays = {
  train_images: images(8),
  train_labels: npyFile('|u1', [8], labels(8)),
  test_images: images(5),
  test_labels: npyFile('|u1', [5], labels(5)),
};
const load = (options: Record<string, unknown> = {}) =>
  datasets.open({ name: 'npz', file, validation: 2, ...options }).load();

describe('NumPy arrays', () => {
  test('are read stored or deflated, labels of any integers, in a list or a column', async () => {
    writeFileSync(file, npzFile(arrays));
    const { hash, test: found, ...dataset } = await load();
    expect(dataset).toMatchObject({ imageShape: [2, 3, 3], classes: 4 });
    expect([dataset.train.count, dataset.validation!.count]).toEqual([6, 2]);
    expect([...found.labels]).toEqual([0, 1, 2, 3, 0]);
    expect([...found.images]).toEqual([...noise(5 * 18)]);
    const list = [...labels(8)];
    for (const [type, values] of [
      ['|i1', Int8Array.from(list)],
      ['<u2', Uint16Array.from(list)],
      ['<i2', Int16Array.from(list)],
      ['<u4', Uint32Array.from(list)],
      ['<i4', Int32Array.from(list)],
      ['<u8', BigUint64Array.from(list, BigInt)],
      ['<i8', BigInt64Array.from(list, BigInt)],
    ] as const)
      for (const shape of [[8], [8, 1]]) {
        const train_labels = npyFile(type, shape, bytes(values), { version: shape.length });
        writeFileSync(file, npzFile({ ...arrays, train_labels }, shape.length === 1 ? 0 : 6));
        expect((await load()).hash).toBe(hash);
      }
  });

  test('may have names of their own, no channels, and validation images', async () => {
    writeFileSync(
      file,
      npzFile({
        x_train: images(8, [4, 5]),
        y_train: arrays.train_labels,
        x_test: images(5, [4, 5]),
        y_test: arrays.test_labels,
        x_val: images(3, [4, 5]),
        y_val: npyFile('<i8', [3], bytes(BigInt64Array.of(6n, 0n, 1n))),
      }),
    );
    const options = {
      name: 'npz',
      file,
      trainImages: 'x_train',
      trainLabels: 'y_train',
      testImages: 'x_test',
      testLabels: 'y_test',
      validationImages: 'x_val',
      validationLabels: 'y_val',
      train: 7,
    };
    const found = await datasets.open(options).load();
    expect(found).toMatchObject({ imageShape: [4, 5, 1], classes: 7 });
    expect([found.train.count, found.validation!.count, found.test.count]).toEqual([7, 3, 5]);
    expect([...found.validation!.labels]).toEqual([6, 0, 1]);
    expect([...found.validation!.images]).toEqual([...noise(60)]);
    expect(await datasets.open(options).outline()).toEqual({
      imageShape: [4, 5, 1],
      classes: 7,
      train: 7,
      validation: 3,
      test: 5,
      bytes: 15 * 24,
    });
    expect(npz.options.safeParse({ ...options, validationLabels: null }).error?.issues[0]?.message).toMatch(
      /must be given where validationImages is/,
    );
  });

  test('are outlined without their pixels', async () => {
    const broken = Buffer.from(npzFile(arrays, 0));
    // A pixel of the first array: only reading it can find that.
    broken[200]! ^= 1;
    writeFileSync(file, broken);
    expect(await datasets.open({ name: 'npz', file, validation: 2 }).outline()).toMatchObject({
      train: 6,
      test: 5,
    });
    await expect(load()).rejects.toThrow(/holds 'train_images\.npy' damaged: its length or checksum/);
  });

  test('are read as NumPy itself writes them', async () => {
    const golden = join(import.meta.dirname, '../golden', 'numpy.npz');
    const found = await datasets.open({ name: 'npz', file: golden, validation: 0 }).load();
    expect([[...found.train.labels], [...found.test.labels]]).toEqual([
      [2, 0, 1],
      [1, 1],
    ]);
    expect(found.imageShape).toEqual([32, 32, 3]);
    expect(found.train.images).toEqual(
      Uint8Array.from({ length: 3 * 3072 }, (_, index) => {
        const [image, pixel, channel] = [Math.floor(index / 3072), Math.floor((index % 3072) / 3), index % 3];
        return (7 * Math.floor(pixel / 32) + 3 * (pixel % 32) + 50 * channel + 11 * image) % 256;
      }),
    );
  });
});
