import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fashionMnist } from '../../../../../main/trainer/data/sets/fashion-mnist.ts';
import { kmnist } from '../../../../../main/trainer/data/sets/kmnist.ts';
import { idxFile, noise } from '../bytes.ts';
import { datasets } from '../../../../../main/trainer/data/registry.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cascade-emnist-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pixels = noise(3 * 6);
/** Images of 2 × 3, three of them for training and two for testing. */
function write(prefix: string, test: string, labels: number[]): void {
  for (const [part, count] of [
    ['train', 3],
    [test, 2],
  ] as const) {
    const images = idxFile([count, 2, 3], pixels.subarray(0, 6 * count));
    writeFileSync(join(folder, `${prefix}${part}-images-idx3-ubyte.gz`), gzipSync(images));
    writeFileSync(
      join(folder, `${prefix}${part}-labels-idx1-ubyte.gz`),
      gzipSync(idxFile([count], labels.slice(0, count))),
    );
  }
}

describe('EMNIST', () => {
  test('is turned upright', async () => {
    write('emnist-balanced-', 'test', [46, 0, 10]);
    const options = { name: 'emnist', folder, validation: 0 };
    const upright = await datasets.open(options).load();
    const [a, b, c, d, e, f] = pixels;
    expect(upright.imageShape).toEqual([3, 2, 1]);
    expect([...upright.train.images.subarray(0, 6)]).toEqual([a, d, b, e, c, f]);
    expect((await datasets.open(options).outline()).imageShape).toEqual([3, 2, 1]);
    const asStored = await datasets.open({ ...options, transpose: false }).load();
    expect([...asStored.test.images]).toEqual([...pixels.subarray(0, 12)]);
    expect(asStored.imageShape).toEqual([2, 3, 1]);
    // The files of one's own may be of the same make.
    write('', 't10k', [46, 0, 10]);
    const own = await datasets
      .open({ name: 'idx', folder, classes: 47, transpose: true, validation: 0 })
      .load();
    expect(own.hash).toBe(upright.hash);
  });

  test('has the characters of its variants as classes; letters count from 1', async () => {
    write('emnist-letters-', 'test', [1, 26, 3]);
    const letters = await datasets.open({ name: 'emnist', folder, variant: 'letters', validation: 0 }).load();
    expect([...letters.train.labels]).toEqual([0, 25, 2]);
    expect(letters.classNames!.join('')).toBe('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    const names: Record<string, string> = {
      balanced: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt',
      bymerge: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt',
      byclass: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
      digits: '0123456789',
      mnist: '0123456789',
    };
    for (const [variant, characters] of Object.entries(names)) {
      write(`emnist-${variant}-`, 'test', [characters.length - 1, 0, 1]);
      const set = await datasets.open({ name: 'emnist', folder, variant, validation: 0 }).load();
      expect(set.classNames!.join('')).toBe(characters);
      expect(set.classes).toBe(characters.length);
      expect(set.train.labels[0]).toBe(characters.length - 1);
    }
  });
});

test.each([
  [fashionMnist, 9, 'Ankle boot'],
  [kmnist, 2, 'す'],
] as const)('$name has names for its ten classes', async (kind, label, name) => {
  write('', 't10k', [label, 0, 1]);
  const opened = datasets.open({ name: kind.name, folder, validation: 1 });
  const set = await opened.load();
  expect(set).toMatchObject({ name: kind.name, classes: 10, imageShape: [2, 3, 1] });
  expect(set.classNames![label]).toBe(name);
  expect(await opened.outline()).toMatchObject({ train: 2, validation: 1, test: 2, classes: 10 });
});
