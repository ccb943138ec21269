import { readFile } from 'node:fs/promises';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { CascadeError, messageOf } from '../../../common/errors.ts';

const inflate = promisify(gunzip);

/** A file in the IDX format of the MNIST database: unsigned bytes only. */
export interface IdxArray {
  dimensions: number[];
  bytes: Uint8Array;
}

/** Larger than any sensible file: a header that promises more is damaged. */
const LARGEST = 8 * 1024 ** 3;

/**
 * Reads an IDX file, gzipped or not. Rejects with BAD_DATA_FILE, naming the file and what is wrong, when it can not
 * be read, is truncated, has bytes to spare, another element type than unsigned byte, or another number of dimensions.
 */
export async function readIdx(file: string, dimensionCount: number): Promise<IdxArray> {
  const bad = (what: string, cause?: unknown): CascadeError =>
    new CascadeError('BAD_DATA_FILE', `${file}: ${what}`, { cause });
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw bad(`can not be read (${messageOf(error)}).`, error);
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = await inflate(bytes, { maxOutputLength: LARGEST });
    } catch (error) {
      throw bad(
        `is gzipped, but can not be unpacked (${messageOf(error)}); it is truncated or damaged.`,
        error,
      );
    }
  }
  if (bytes.length < 4) throw bad(`is too short for an IDX header: ${bytes.length} bytes.`);
  if (bytes[0] !== 0 || bytes[1] !== 0)
    throw bad(
      'is not an IDX file: its first two bytes must be zero, then the element type and the number of dimensions.',
    );
  if (bytes[2] !== 0x08)
    throw bad(
      `holds elements of type 0x${bytes[2]!.toString(16).padStart(2, '0')}; only unsigned bytes (0x08) are read.`,
    );
  if (bytes[3] !== dimensionCount)
    throw bad(
      `has ${bytes[3]} dimensions where ${dimensionCount} are needed (${dimensionCount === 1 ? 'labels' : 'images: count, height, width'}).`,
    );
  const start = 4 + 4 * dimensionCount;
  if (bytes.length < start) throw bad('ends within its header.');
  const header = new DataView(bytes.buffer, bytes.byteOffset, start);
  const dimensions = Array.from({ length: dimensionCount }, (_, index) => header.getUint32(4 + 4 * index));
  const expected = dimensions.reduce((product, dimension) => product * dimension, 1);
  if (expected === 0) throw bad(`is empty: its dimensions are ${dimensions.join(' × ')}.`);
  const found = bytes.length - start;
  if (found < expected)
    throw bad(
      `is truncated: ${dimensions.join(' × ')} promises ${expected} bytes of data, ${found} are there.`,
    );
  if (found > expected)
    throw bad(`has ${found - expected} bytes after its data of ${dimensions.join(' × ')}.`);
  return { dimensions, bytes: bytes.subarray(start) };
}

/** Reads images [count, height, width] and their labels, which must agree in count and stay below `classes`. */
export async function readIdxPair(
  imagesFile: string,
  labelsFile: string,
  classes: number,
): Promise<{ images: Uint8Array; labels: Uint8Array; count: number; height: number; width: number }> {
  const [images, labels] = await Promise.all([readIdx(imagesFile, 3), readIdx(labelsFile, 1)]);
  const [count, height, width] = images.dimensions as [number, number, number];
  if (labels.dimensions[0] !== count)
    throw new CascadeError(
      'BAD_DATA_FILE',
      `${labelsFile}: has ${labels.dimensions[0]} labels for the ${count} images of ${imagesFile}.`,
    );
  const wrong = labels.bytes.findIndex((label) => label >= classes);
  if (wrong >= 0)
    throw new CascadeError(
      'BAD_DATA_FILE',
      `${labelsFile}: label ${wrong} is ${labels.bytes[wrong]}, but there are only ${classes} classes (0 to ${classes - 1}).`,
    );
  return { images: images.bytes, labels: labels.bytes, count, height, width };
}
