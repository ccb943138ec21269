import { deflateSync } from 'node:zlib';
import { describe, test } from 'vitest';
import { matFile, noise, type MatMatrix } from '../bytes.ts';
import { MalformedFolder } from './malformed-folder.ts';

const data = new MalformedFolder();

describe('SVHN', () => {
  const X = (count = 2): MatMatrix => ({
    name: 'X',
    dimensions: [32, 32, 3, count],
    bytes: noise(count * 3072),
  });
  const y = (labels = [1, 10]): MatMatrix => ({
    name: 'y',
    dimensions: [labels.length, 1],
    bytes: Uint8Array.from(labels),
  });
  const good = matFile([X(), y()]);
  /** A compressed element that says it is a matrix of so many bytes. */
  const bomb = (): Buffer => {
    const plain = matFile([{ ...X(), bytes: new Uint8Array(2 * 3072) }], { compress: false });
    const matrix = Buffer.concat([plain.subarray(128), Buffer.alloc(2e7)]);
    matrix.writeUInt32LE(matrix.length - 8, 4);
    const packed = deflateSync(matrix);
    const tag = Buffer.alloc(8);
    tag.writeUInt32LE(15, 0);
    tag.writeUInt32LE(packed.length, 4);
    return Buffer.concat([plain.subarray(0, 128), tag, packed, matFile([y()]).subarray(128)]);
  };

  const cases: [string, Uint8Array | 'folder' | 'none', RegExp][] = [
    ['missing', 'none', /is not there/],
    ['a folder', 'folder', /is not a file/],
    ['empty', Buffer.alloc(0), /is too short for a MATLAB file: 0 bytes/],
    ['not MATLAB’s', noise(4000), /is not a MATLAB 5 file/],
    [
      'of version 7.3',
      matFile([], { header: 'MATLAB 7.3 MAT-file, Platform: GLNXA64', ending: '\x00\x02IM' }),
      /version 7\.3, which is not read: save it as version 7 or 5/,
    ],
    ['big-endian', matFile([X(), y()], { ending: '\x01\x00MI' }), /big-endian machine/],
    ['truncated', good.subarray(0, 3000), /is truncated: the element at byte 128 takes \d+ bytes/],
    ['truncated within a tag', good.subarray(0, 130), /is truncated: it ends at byte 130 of 136/],
    ['damaged', Buffer.from(good).fill(0x55, 2000, 2100), /its X cannot be unpacked|it is damaged/],
    ['without X', matFile([y()]), /holds no matrix named X/],
    ['without y', matFile([X()]), /holds no matrix named y/],
    ['of floats', matFile([{ ...X(), mxClass: 7 }, y()]), /its X does not hold unsigned bytes/],
    [
      'of other images',
      matFile([{ ...X(), dimensions: [3, 32, 32, 2] }, y()]),
      /its X is of shape 3 × 32 × 32 × 2, where 32 × 32 × 3 × count is needed/,
    ],
    ['with too few pixels', matFile([{ ...X(), bytes: noise(6000) }, y()]), /its X has 6000 numbers where/],
    ['with too few labels', matFile([X(), y([1])]), /has 1 labels for 2 images/],
    ['with a label of 11', matFile([X(), y([1, 11])]), /label 1 is 11, but they run from 1 to 10/],
    ['with complex labels', matFile([X(), { ...y(), complex: true }]), /its y is complex/],
    ['a bomb', bomb(), /its X takes \d+ bytes, too many for 32 × 32 × 3 × 2 numbers/],
  ];

  test.each(cases)('%s', async (_what, content, what) => {
    data.write({ 'test_32x32.mat': good, 'train_32x32.mat': content });
    await data.kindRefuses('svhn', { folder: data.path, validation: 0 }, 'train_32x32.mat', what);
  });
});
