import type { ImageSource, Split } from '../data/dataset.ts';
import type { Engine, Handle, TraceInput } from '../tensorflow/engine.ts';

/** One split of a data set in device memory, as bytes; a batch is a gather by index inside the step. */
export interface DeviceSplit {
  /** [count, height, width, channels]; of a split that is too large for memory [0, …]. */
  images: Handle;
  labels: Handle;
  count: number;
  /** Whether the images lie rotated by half a turn: see `runsRotated`. */
  rotated: boolean;
  /** Where the images of a split come from that is too large for memory. */
  source: ImageSource | null;
}

export function uploadSplit(
  engine: Engine,
  split: Split,
  imageShape: readonly [number, number, number],
  rotated: boolean,
): DeviceSplit {
  const images = rotated ? rotateImages(split, imageShape) : split.images;
  const held = split.source ? 0 : split.count;
  return {
    rotated,
    images: engine.upload(images, [held, ...imageShape], 'uint8'),
    labels: engine.upload(split.labels, [split.count], 'int32'),
    count: split.count,
    source: split.source ?? null,
  };
}

/** The images that a step over `batch` examples takes: all of the split, or those of the batch alone. */
export function imagesInput({ images, source }: DeviceSplit, batch: number): TraceInput {
  const { shape, dtype } = images;
  return { shape: source ? [batch, ...shape.slice(1)] : shape, dtype };
}

/**
 * The images for the next step: all of the split, or those of the next batch of its source's plan. What it answers with is
 * the caller's to release through `release`.
 *
 * @throws CascadeError BAD_DATA_FILE where one cannot be read
 */
export function takeImages(
  engine: Engine,
  { images, source, rotated }: DeviceSplit,
  batch: number,
): { handle: Handle; release: () => void } {
  if (!source) return { handle: images, release: () => undefined };
  const shape = images.shape.slice(1) as [number, number, number];
  const bytes = source.next();
  const laid = rotated ? rotateImages({ images: bytes, count: batch }, shape) : bytes;
  const handle = engine.upload(laid, [batch, ...shape], images.dtype);
  return { handle, release: () => handle.release() };
}

/** Every image with its pixels in reverse order, which is a half turn. */
export function rotateImages(
  { images, count }: Pick<Split, 'images' | 'count'>,
  [height, width, channels]: readonly [number, number, number],
): Uint8Array {
  const rotated = images.slice();
  const bytes = height * width * channels;
  for (let image = 0; image < count; image++) rotated.subarray(image * bytes, (image + 1) * bytes).reverse();
  // The channels of a pixel were reversed with the rest.
  for (let pixel = 0; pixel < rotated.length; pixel += channels)
    for (let first = pixel, last = pixel + channels - 1; first < last; first++, last--) {
      const byte = rotated[first]!;
      rotated[first] = rotated[last]!;
      rotated[last] = byte;
    }
  return rotated;
}
