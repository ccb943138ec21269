import { join } from 'node:path';
import { describe, test } from 'vitest';
import { noise, npyFile, npzFile } from '../bytes.ts';
import { MalformedFolder } from './malformed-folder.ts';

const data = new MalformedFolder();

const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer as ArrayBuffer);

describe('NumPy arrays', () => {
  const images = (shape: number[], type = '|u1', options = {}): Buffer => {
    const width = Number(type[2]);
    return npyFile(type, shape, noise(shape.reduce((a, b) => a * b, width)), options);
  };
  const labels = (values: number[]): Buffer => npyFile('|u1', [values.length], Uint8Array.from(values));
  const arrays = (change: Record<string, Buffer> = {}): Record<string, Buffer> => ({
    train_images: images([3, 2, 2, 3]),
    train_labels: labels([0, 1, 2]),
    test_images: images([2, 2, 2, 3]),
    test_labels: labels([0, 1]),
    ...change,
  });
  const changed = (change: Record<string, Buffer>): Buffer => npzFile(arrays(change));
  const good = npzFile(arrays(), 0);
  const flipped = (at: number): Buffer => {
    const copy = Buffer.from(good);
    copy[at]! ^= 0x55;
    return copy;
  };
  /** The same archive whose directory says that its first file is larger or packed otherwise. */
  const lying = (field: number, value: number): Buffer => {
    const copy = Buffer.from(good);
    copy.writeUInt32LE(value, copy.readUInt32LE(copy.length - 6) + field);
    return copy;
  };

  const cases: [string, Uint8Array | 'none' | 'folder', RegExp, Record<string, unknown>?][] = [
    ['missing', 'none', /cannot be read \(ENOENT/],
    ['a folder', 'folder', /is not a file/],
    ['empty', Buffer.alloc(0), /is not a ZIP archive, as \.npz files are, or is cut short/],
    ['a single array', images([3, 2, 2, 3]), /is not a ZIP archive/],
    ['cut short', good.subarray(0, -30), /is not a ZIP archive, as \.npz files are, or is cut short/],
    [
      'whose directory is damaged',
      flipped(good.readUInt32LE(good.length - 6)),
      /damaged directory: it ends after 0 of 4/,
    ],
    ['whose first file is elsewhere', flipped(0), /'train_images\.npy' is not where its directory says/],
    ['of a damaged array', flipped(200), /its length or checksum is wrong|is damaged/],
    ['that says it unpacks to gigabytes', lying(24, 2 ** 31), /has \d+ bytes where 3 × 2 × 2 × 3 take 36/],
    ['packed by an unknown method', lying(8, 99 << 16), /packed by method 99; only stored and deflated/],
    ['encrypted', lying(8, 1), /holds 'train_images\.npy' encrypted/],
    [
      'without labels',
      npzFile(Object.fromEntries(Object.entries(arrays()).slice(0, 3))),
      /has no array named test_labels; it has train_images, train_labels/,
    ],
    ['of other names', good, /has no array named x_train/, { trainImages: 'x_train' }],
    [
      'that is no array',
      changed({ train_images: Buffer.from('not an array') }),
      /train_images is not an array of NumPy’s/,
    ],
    [
      'of objects',
      changed({ train_images: npyFile('|O', [3], noise(24)) }),
      /train_images holds numbers of type \|O, where images are unsigned bytes/,
    ],
    ['of floats', changed({ train_images: images([3, 2, 2, 3], '<f4') }), /holds numbers of type <f4/],
    [
      'in Fortran order',
      changed({ train_images: images([3, 2, 2, 3], '|u1', { fortran: true }) }),
      /stored in Fortran order\. .*numpy\.ascontiguousarray\(a\["train_images"\]\)/,
    ],
    ['of flat images', changed({ train_images: images([3, 12]) }), /is of shape 3 × 12, where images are/],
    [
      'with channels first',
      changed({ train_images: images([3, 3, 8, 8]) }),
      /is of shape 3 × 3 × 8 × 8, which looks like channels before height and width/,
    ],
    [
      'without images',
      changed({ train_images: images([0, 2, 2, 3]) }),
      /is empty: its shape is 0 × 2 × 2 × 3/,
    ],
    [
      'of fewer bytes than its shape',
      changed({ train_images: npyFile('|u1', [3, 2, 2, 3], noise(35)) }),
      /has 35 bytes where 3 × 2 × 2 × 3 take 36/,
    ],
    [
      'with labels of floats',
      changed({ train_labels: npyFile('<f8', [3], noise(24)) }),
      /labels are integers/,
    ],
    [
      'with big-endian labels beyond all classes',
      changed({ train_labels: npyFile('>i4', [3], Buffer.from([0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 2])) }),
      /has the label 65536, but there are only 3 classes/,
      { classes: 3 },
    ],
    [
      'of floats from 0 to 1',
      changed({
        train_images: npyFile(
          '<f4',
          [3, 2, 2, 1],
          bytesOf(Float32Array.from({ length: 12 }, (_, index) => index / 11)),
        ),
      }),
      /holds numbers of type <f4, .* `import numpy; a = dict\(numpy\.load\(".*arrays\.npz"\)\); a\["train_images"\] = \(a\["train_images"\] \* 255\)\.round\(\)\.astype\("uint8"\); numpy\.savez_compressed\(".*arrays-mended\.npz", \*\*a\)`/,
    ],
    [
      'of floats from 0 to 255',
      changed({
        train_images: npyFile(
          '<f8',
          [3, 2, 2, 1],
          bytesOf(Float64Array.from({ length: 12 }, (_, index) => 20 * index)),
        ),
      }),
      / = a\["train_images"\]\.round\(\)\.astype\("uint8"\);/,
    ],
    [
      'of floats that were normalised',
      changed({
        train_images: npyFile(
          '<f4',
          [3, 2, 2, 1],
          bytesOf(Float32Array.from({ length: 12 }, (_, index) => index - 6)),
        ),
      }),
      / = numpy\.interp\(a\["train_images"\], \(a\["train_images"\]\.min\(\), a\["train_images"\]\.max\(\)\), \(0, 255\)\)/,
    ],
    [
      'of truths',
      changed({ train_images: npyFile('|b1', [3, 2, 2], noise(12, 2)) }),
      / = a\["train_images"\]\.astype\("uint8"\) \* 255;/,
    ],
    [
      'of small whole numbers',
      changed({ train_images: npyFile('<i8', [3, 1, 1], bytesOf(BigInt64Array.of(0n, 9n, 255n))) }),
      / = a\["train_images"\]\.astype\("uint8"\);/,
    ],
    [
      'of Python objects',
      changed({ train_images: npyFile('|O', [3], noise(24)) }),
      /allow_pickle=True.* = numpy\.stack\(list\(a\["train_images"\]\)\)/,
    ],
    [
      'of rows of square images',
      changed({ train_images: images([3, 16]) }),
      / = a\["train_images"\]\.reshape\(-1, 4, 4\);/,
    ],
    [
      'with channels first, and how to turn them',
      changed({ train_images: images([3, 3, 8, 8]) }),
      / = a\["train_images"\]\.transpose\(0, 2, 3, 1\);/,
    ],
    [
      'with one-hot labels, and how to number them',
      changed({ train_labels: npyFile('|u1', [3, 4], noise(12)) }),
      / = a\["train_labels"\]\.argmax\(axis=1\);/,
    ],
    [
      'with labels of floats, and how to round them',
      changed({ train_labels: npyFile('<f8', [3], noise(24)) }),
      / = a\["train_labels"\]\.astype\("int64"\);/,
    ],
    [
      'with more labels than images, before any is unpacked',
      npzFile(arrays({ train_labels: npyFile('<i8', [4e6], Buffer.alloc(64)) })),
      /has 4000000 train_labels for 3 train_images/,
    ],
    [
      'with one-hot labels',
      changed({ train_labels: npyFile('|u1', [3, 4], noise(12)) }),
      /is of shape 3 × 4, where labels are a list/,
    ],
    [
      'with a negative label',
      changed({ train_labels: npyFile('<i8', [3], bytesOf(BigInt64Array.of(0n, -1n, 2n))) }),
      /label 1 is -1; labels count from 0/,
    ],
    [
      'with labels cut short',
      changed({ train_labels: npyFile('<i4', [3], noise(8)) }),
      /has 8 bytes where 3 labels take 12/,
    ],
    [
      'with too few labels',
      changed({ train_labels: labels([0, 1]) }),
      /has 2 train_labels for 3 train_images/,
    ],
    [
      'with a label beyond the classes',
      good,
      /has the label 2, but there are only 2 classes/,
      { classes: 2 },
    ],
    [
      'with test images of another size',
      changed({ test_images: images([2, 3, 2, 3]) }),
      /its train_images are 2 × 2 × 3, but its test_images are 3 × 2 × 3/,
    ],
    [
      'with test images of other channels',
      changed({ test_images: images([2, 2, 2]) }),
      /its train_images are 2 × 2 × 3, but its test_images are 2 × 2 × 1/,
    ],
  ];

  test.each(cases)('%s', async (_what, content, what, options = {}) => {
    data.write({ 'arrays.npz': content });
    const file = join(data.path, 'arrays.npz');
    await data.kindRefuses('npz', { file, validation: 0, ...options }, 'arrays.npz', what);
  });
});
