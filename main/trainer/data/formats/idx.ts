import { sizeOf } from '../../../../common/network.ts';
import { badFile, BEST_RATIO, LARGEST_FILE, readStart, readWhole } from './files.ts';
import { idxLine, toBytes } from './numpy-lines.ts';

/** A file in the IDX format of the MNIST database: unsigned bytes only. */
export interface IdxArray {
  dimensions: number[];
  bytes: Uint8Array;
}

/**
 * Reads an IDX file, gzipped or not. Rejects with BAD_DATA_FILE, naming the file and what is wrong, when it cannot
 * be read, is truncated, has bytes to spare, another element type than unsigned byte, or another number of dimensions.
 */
export async function readIdx(file: string, dimensionCount: number): Promise<IdxArray> {
  const start = headerBytes(dimensionCount);
  const promised = productOf(await readIdxDimensions(file, dimensionCount));
  const bytes = await readWhole(file, start + promised);
  const dimensions = readHeader(file, bytes, dimensionCount);
  checkLength(file, dimensions, bytes.length - start);
  return { dimensions, bytes: bytes.subarray(start) };
}

/** The dimensions of an IDX file, read from its header and compared with its size where it is not gzipped. */
export async function readIdxDimensions(file: string, dimensionCount: number): Promise<number[]> {
  const start = headerBytes(dimensionCount);
  const { bytes, size, gzipped } = await readStart(file, start);
  const code = bytes[2]!;
  const type = OTHER_TYPES[code];
  if (bytes.length >= 4 && bytes[0] === 0 && bytes[1] === 0 && type)
    throw badFile(file, await mending(file, code, bytes[3]!, dimensionCount));
  const dimensions = readHeader(file, bytes, dimensionCount);
  if (!gzipped) checkLength(file, dimensions, size - start);
  const promised = productOf(dimensions);
  if (promised > LARGEST_FILE || (gzipped && promised > BEST_RATIO * size))
    throw badFile(
      file,
      `promises ${dimensions.join(' × ')} bytes of data, which its ${size} bytes cannot hold.`,
    );
  return dimensions;
}

/** Element types of the format that are not read, as NumPy names them, and how to read one. */
const OTHER_TYPES: Readonly<
  Record<number, { type: string; bytes: number; read: (view: DataView, at: number) => number }>
> = {
  0x09: { type: 'i1', bytes: 1, read: (view, at) => view.getInt8(at) },
  0x0b: { type: '>i2', bytes: 2, read: (view, at) => view.getInt16(at) },
  0x0c: { type: '>i4', bytes: 4, read: (view, at) => view.getInt32(at) },
  0x0d: { type: '>f4', bytes: 4, read: (view, at) => view.getFloat32(at) },
  0x0e: { type: '>f8', bytes: 8, read: (view, at) => view.getFloat64(at) },
};
/** As many numbers are looked at to tell which range they are of. */
const LOOKED_AT = 2 ** 16;

/** What is wrong with a file of another element type, and the line of NumPy that mends it. */
async function mending(file: string, code: number, dimensions: number, wanted: number): Promise<string> {
  const { type, bytes, read } = OTHER_TYPES[code]!;
  const start = headerBytes(dimensions);
  const { bytes: found } = await readStart(file, start + LOOKED_AT * bytes);
  const view = new DataView(found.buffer, found.byteOffset, found.length);
  const numbers = Float64Array.from(
    { length: Math.max(0, Math.floor((found.length - start) / bytes)) },
    (_, index) => read(view, start + index * bytes),
  );
  const change =
    wanted === 1
      ? (array: string) => `${array}.astype("uint8")`
      : toBytes(type.includes('f') ? 'float' : 'whole', numbers);
  return `holds elements of type 0x${code.toString(16).padStart(2, '0')}; only unsigned bytes (0x08) are read. ${idxLine(file, type, start, change)}`;
}

const productOf = (dimensions: number[]): number => sizeOf(dimensions);

const headerBytes = (dimensionCount: number): number => 4 + 4 * dimensionCount;

function readHeader(file: string, bytes: Uint8Array, dimensionCount: number): number[] {
  if (bytes.length < 4) throw badFile(file, `is too short for an IDX header: ${bytes.length} bytes.`);
  if (bytes[0] !== 0 || bytes[1] !== 0)
    throw badFile(
      file,
      'is not an IDX file: its first two bytes must be zero, then the element type and the number of dimensions.',
    );
  if (bytes[2] !== 0x08)
    throw badFile(
      file,
      `holds elements of type 0x${bytes[2]!.toString(16).padStart(2, '0')}; only unsigned bytes (0x08) are read.`,
    );
  if (bytes[3] !== dimensionCount)
    throw badFile(
      file,
      `has ${bytes[3]} dimensions where ${dimensionCount} are needed (${dimensionCount === 1 ? 'labels' : 'images: count, height, width'}).`,
    );
  if (bytes.length < headerBytes(dimensionCount)) throw badFile(file, 'ends within its header.');
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const dimensions = Array.from({ length: dimensionCount }, (_, index) => header.getUint32(4 + 4 * index));
  if (dimensions.includes(0)) throw badFile(file, `is empty: its dimensions are ${dimensions.join(' × ')}.`);
  return dimensions;
}

function checkLength(file: string, dimensions: number[], found: number): void {
  const expected = productOf(dimensions);
  if (found < expected)
    throw badFile(
      file,
      `is truncated: ${dimensions.join(' × ')} promises ${expected} bytes of data, ${found} are there.`,
    );
  if (found > expected)
    throw badFile(file, `has ${found - expected} bytes after its data of ${dimensions.join(' × ')}.`);
}

/** Labels `first` … `first + classes − 1` stand for classes 0 … `classes − 1`. */
export interface LabelRange {
  first: number;
  classes: number;
}

/** Reads images [count, height, width] and the class of each, which must agree in count and lie within the range. */
export async function readIdxPair(
  imagesFile: string,
  labelsFile: string,
  { first, classes }: LabelRange,
): Promise<{ images: Uint8Array; labels: Uint8Array; count: number; height: number; width: number }> {
  const [images, labels] = await Promise.all([readIdx(imagesFile, 3), readIdx(labelsFile, 1)]);
  const [count, height, width] = images.dimensions as [number, number, number];
  checkCounts(imagesFile, labelsFile, count, labels.dimensions[0]!);
  const last = first + classes - 1;
  const wrong = labels.bytes.findIndex((label) => label < first || label > last);
  if (wrong >= 0)
    throw badFile(
      labelsFile,
      `label ${wrong} is ${labels.bytes[wrong]}, but there are only ${classes} classes (${first} to ${last}).`,
    );
  return { images: images.bytes, labels: labels.bytes.map((label) => label - first), count, height, width };
}

/** What `readIdxPair` would read, from the headers alone. */
export async function outlineIdxPair(
  imagesFile: string,
  labelsFile: string,
): Promise<{ count: number; height: number; width: number }> {
  const [images, labels] = await Promise.all([
    readIdxDimensions(imagesFile, 3),
    readIdxDimensions(labelsFile, 1),
  ]);
  const [count, height, width] = images as [number, number, number];
  checkCounts(imagesFile, labelsFile, count, labels[0]!);
  return { count, height, width };
}

function checkCounts(imagesFile: string, labelsFile: string, images: number, labels: number): void {
  if (labels !== images)
    throw badFile(labelsFile, `has ${labels} labels for the ${images} images of ${imagesFile}.`);
}
