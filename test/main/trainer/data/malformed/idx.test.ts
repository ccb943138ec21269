import { gzipSync } from 'node:zlib';
import { describe, test } from 'vitest';
import { idxFile, noise } from '../bytes.ts';
import { MalformedFolder, type Files } from './malformed-folder.ts';

const data = new MalformedFolder();

const repeated = (count: number, value: number): Uint8Array => new Uint8Array(count).fill(value);

describe('EMNIST, Fashion-MNIST and KMNIST', () => {
  const good = (prefix = '', test = 't10k'): Files => ({
    [`${prefix}train-images-idx3-ubyte`]: idxFile([4, 2, 2], noise(16)),
    [`${prefix}train-labels-idx1-ubyte`]: idxFile([4], repeated(4, 3)),
    [`${prefix}${test}-images-idx3-ubyte`]: idxFile([2, 2, 2], noise(8)),
    [`${prefix}${test}-labels-idx1-ubyte`]: idxFile([2], repeated(2, 3)),
  });
  const letters = good('emnist-letters-', 'test');

  test.each<[string, string, Record<string, unknown>, Files, string, RegExp]>([
    [
      'a letter numbered from 0',
      'emnist',
      { variant: 'letters' },
      { ...letters, 'emnist-letters-test-labels-idx1-ubyte': idxFile([2], [1, 0]) },
      'emnist-letters-test-labels-idx1-ubyte',
      /label 1 is 0, but there are only 26 classes \(1 to 26\)/,
    ],
    [
      'another variant than the files',
      'emnist',
      { variant: 'digits' },
      letters,
      'emnist-digits-train-images-idx3-ubyte',
      /is not there, nor is emnist-digits-train-images-idx3-ubyte\.gz/,
    ],
    [
      'a class that is not there',
      'fashion-mnist',
      {},
      { ...good(), 't10k-labels-idx1-ubyte': idxFile([2], [10, 1]) },
      't10k-labels-idx1-ubyte',
      /label 0 is 10, but there are only 10 classes/,
    ],
    [
      'a gzip bomb',
      'kmnist',
      {},
      {
        ...good(),
        'train-images-idx3-ubyte': gzipSync(
          Buffer.concat([idxFile([4, 2, 2], noise(16)), Buffer.alloc(5e7)]),
        ),
      },
      'train-images-idx3-ubyte',
      /unpacks to more than the 32 bytes that it should hold/,
    ],
    [
      'a gzip that unpacks to too little',
      'kmnist',
      {},
      { ...good(), 'train-images-idx3-ubyte': gzipSync(idxFile([4, 2, 2], noise(15))) },
      'train-images-idx3-ubyte',
      /is truncated: 4 × 2 × 2 promises 16 bytes of data, 15 are there/,
    ],
  ])('%s', async (_what, kind, options, files, file, what) => {
    data.write(files);
    await data.kindRefuses(kind, { folder: data.path, validation: 1, ...options }, file, what);
  });
});
