import { badFile, readStart, readWhole } from './files.ts';

/** A file in the IDX format of the MNIST database: unsigned bytes only. */
export interface IdxArray {
  dimensions: number[];
  bytes: Uint8Array;
}

/**
 * Reads an IDX file, gzipped or not. Rejects with BAD_DATA_FILE, naming the file and what is wrong, when it can not
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
  const { bytes, size } = await readStart(file, start);
  const dimensions = readHeader(file, bytes, dimensionCount);
  if (size !== null) checkLength(file, dimensions, size - start);
  return dimensions;
}

const productOf = (dimensions: number[]): number =>
  dimensions.reduce((product, dimension) => product * dimension, 1);

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
