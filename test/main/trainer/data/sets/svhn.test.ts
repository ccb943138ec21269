import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { matFile, noise, type MatMatrix } from '../bytes.ts';
import { datasets } from '../../../../../main/trainer/data/registry.ts';

const IMAGE = 3072;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cascade-svhn-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function digits(
  count: number,
  seed: number,
): { pixels: Uint8Array; labels: number[]; matrices: MatMatrix[] } {
  const pixels = noise(count * IMAGE, 256, seed);
  const labels = Array.from({ length: count }, (_, index) => ((index + seed) % 10) + 1);
  return {
    pixels,
    labels,
    matrices: [
      { name: 'X', dimensions: [32, 32, 3, count], bytes: pixels },
      { name: 'y', dimensions: [count, 1], bytes: Uint8Array.from(labels) },
    ],
  };
}
const write = (part: string, bytes: Uint8Array): void =>
  writeFileSync(join(folder, `${part}_32x32.mat`), bytes);
const load = (options = {}) => datasets.open({ name: 'svhn', folder, validation: 2, ...options }).load();

describe('SVHN', () => {
  test('has rows before columns, and 10 as the digit 0', async () => {
    const [train, testing] = [digits(6, 1), digits(11, 2)];
    write('train', matFile(train.matrices));
    write('test', matFile(testing.matrices));
    const found = await load();
    expect(found).toMatchObject({ imageShape: [32, 32, 3], classes: 10 });
    expect([...found.test.labels]).toEqual(testing.labels.map((label) => label % 10));
    for (const [image, row, column, channel] of [
      [0, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
      [10, 31, 17, 2],
    ] as const)
      expect(found.test.images[image * IMAGE + (row * 32 + column) * 3 + channel]).toBe(
        testing.pixels[image * IMAGE + row + 32 * column + 1024 * channel],
      );
    expect(await datasets.open({ name: 'svhn', folder, validation: 2 }).outline()).toMatchObject({
      imageShape: [32, 32, 3],
      train: 4,
      validation: 2,
      test: 11,
      bytes: 17 * (IMAGE + 4),
    });
  });

  test('is the same however the file stores it: not compressed, labels as doubles, other matrices beside', async () => {
    const { matrices, labels } = digits(6, 1);
    write('test', matFile(matrices));
    write('train', matFile(matrices));
    const { hash } = await load();
    write('train', matFile(matrices, { compress: false }));
    expect((await load()).hash).toBe(hash);
    const doubles = new Uint8Array(Float64Array.from(labels).buffer);
    const other: MatMatrix = { name: 'note', dimensions: [1, 5], mxClass: 4, bytes: Buffer.from('hello') };
    write(
      'train',
      matFile([{ name: 'y', dimensions: [1, 6], mxClass: 6, type: 9, bytes: doubles }, other, matrices[0]!]),
    );
    expect((await load()).hash).toBe(hash);
  });

  test('can be trained on with the extra images', async () => {
    write('train', matFile(digits(6, 1).matrices));
    write('extra', matFile(digits(5, 3).matrices));
    write('test', matFile(digits(2, 2).matrices));
    const [some, all] = [await load(), await load({ extra: true })];
    expect([some.train.count, all.train.count]).toEqual([4, 9]);
    expect(all.hash).not.toBe(some.hash);
    expect(await datasets.open({ name: 'svhn', folder, extra: true, validation: 2 }).outline()).toMatchObject(
      {
        train: 9,
      },
    );
  });

  test.each(['svhn-compressed.mat', 'svhn-plain.mat'])('is read as SciPy writes it: %s', async (name) => {
    for (const part of ['train', 'test'])
      copyFileSync(join(import.meta.dirname, '../golden', name), join(folder, `${part}_32x32.mat`));
    const { test: found } = await load({ validation: 0 });
    expect([...found.labels]).toEqual([1, 0, 5]);
    expect(found.images).toEqual(
      Uint8Array.from({ length: 3 * IMAGE }, (_, index) => {
        const [image, pixel, channel] = [
          Math.floor(index / IMAGE),
          Math.floor((index % IMAGE) / 3),
          index % 3,
        ];
        return (7 * Math.floor(pixel / 32) + 3 * (pixel % 32) + 50 * channel + 11 * image) % 256;
      }),
    );
  });
});
