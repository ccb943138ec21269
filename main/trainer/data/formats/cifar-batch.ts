import { badFile } from './files.ts';
import { PickledArray, type PickleValue } from './pickle-values.ts';
import { readPickle } from './pickle.ts';

export const CIFAR_SHAPE: [number, number, number] = [32, 32, 3];
const PLANE = 32 * 32;
/** Far more than CIFAR's own files have, and few enough to take no memory to speak of. */
const INSTRUCTIONS_PER_IMAGE = 16;
const INSTRUCTIONS_BESIDE = 4096;
export const CIFAR_IMAGE_BYTES = 3 * PLANE;

/** Images of one file, as its format holds them: red, green and blue planes. */
export interface CifarBatch {
  /** Planes of image `index`, [3 × 32 × 32]. */
  planes(index: number): Uint8Array;
  labels: ArrayLike<number>;
  count: number;
}

/**
 * A file of the binary version: for each image `labelBytes` bytes of labels, of which the one at `labelAt` is used, then
 * 3,072 bytes. Throws BAD_DATA_FILE unless there are exactly `images` of them.
 */
export function readBinaryBatch(
  file: string,
  bytes: Uint8Array,
  images: number,
  { labelBytes, labelAt }: { labelBytes: number; labelAt: number },
): CifarBatch {
  const record = labelBytes + CIFAR_IMAGE_BYTES;
  checkBinarySize(file, bytes.length, images, labelBytes);
  return {
    count: images,
    labels: Uint8Array.from({ length: images }, (_, index) => bytes[index * record + labelAt]!),
    planes: (index) => bytes.subarray(index * record + labelBytes, (index + 1) * record),
  };
}

/** Throws BAD_DATA_FILE where a binary file's size is not that of its images. */
export function checkBinarySize(file: string, size: number, images: number, labelBytes: number): void {
  const expected = images * (labelBytes + CIFAR_IMAGE_BYTES);
  if (size !== expected)
    throw badFile(
      file,
      `has ${size} bytes where its ${images} images take ${expected}: it is ${size < expected ? 'truncated' : 'damaged, or another file'}.`,
    );
}

/** A file of the Python version: a pickled dictionary with 'data', uint8 [images, 3072], and a list of labels. */
export function readPickledBatch(file: string, bytes: Uint8Array, images: number, key: string): CifarBatch {
  const bad = (what: string): Error => badFile(file, what);
  // A label, and a name that is remembered, of every image.
  const content = readPickle(bytes, bad, INSTRUCTIONS_PER_IMAGE * images + INSTRUCTIONS_BESIDE);
  if (!(content instanceof Map)) throw bad('does not hold a dictionary.');
  const data = content.get('data');
  if (!(data instanceof PickledArray)) throw bad('has no array named ‘data’.');
  if (data.type !== 'u1') throw bad(`its ‘data’ is of type ${data.type}; only unsigned bytes (u1) are read.`);
  if (data.fortranOrder) throw bad('its ‘data’ is stored in Fortran order; only C order is read.');
  const [count, length] = data.shape;
  if (data.shape.length !== 2 || count !== images || length !== CIFAR_IMAGE_BYTES)
    throw bad(
      `its ‘data’ is of shape ${data.shape.join(' × ')}, where ${images} × ${CIFAR_IMAGE_BYTES} are needed.`,
    );
  if (data.bytes.length !== images * CIFAR_IMAGE_BYTES)
    throw bad(`its ‘data’ has ${data.bytes.length} bytes where ${images} × ${CIFAR_IMAGE_BYTES} are needed.`);
  const labels = content.get(key);
  if (!isNumbers(labels)) throw bad(`has no list of numbers named ‘${key}’.`);
  if (labels.length !== images) throw bad(`has ${labels.length} labels for ${images} images.`);
  return {
    count: images,
    labels,
    planes: (index) => data.bytes.subarray(index * CIFAR_IMAGE_BYTES, (index + 1) * CIFAR_IMAGE_BYTES),
  };
}

function isNumbers(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

/** Writes planes [3 × 32 × 32] as pixels [32 × 32 × 3]. */
export function interleave(planes: Uint8Array, target: Uint8Array, start: number): void {
  let at = start;
  for (let pixel = 0; pixel < PLANE; pixel++) {
    target[at++] = planes[pixel]!;
    target[at++] = planes[pixel + PLANE]!;
    target[at++] = planes[pixel + 2 * PLANE]!;
  }
}
