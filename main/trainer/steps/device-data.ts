import type { Split } from '../data/dataset.ts';
import type { Engine, Handle } from '../tensorflow/engine.ts';

/** One split of a data set in device memory, as bytes; a batch is a gather by index inside the step. */
export interface DeviceSplit {
  images: Handle;
  labels: Handle;
  count: number;
  /** Whether the images lie turned by half a turn: see `runsTurned`. */
  turned: boolean;
}

export function uploadSplit(
  engine: Engine,
  split: Split,
  imageShape: readonly [number, number, number],
  turned: boolean,
): DeviceSplit {
  const images = turned ? turnImages(split, imageShape) : split.images;
  return {
    turned,
    images: engine.upload(images, [split.count, ...imageShape], 'uint8'),
    labels: engine.upload(split.labels, [split.count], 'int32'),
    count: split.count,
  };
}

/** Every image with its pixels in reverse order, which is a half turn. */
export function turnImages(
  { images, count }: Pick<Split, 'images' | 'count'>,
  [height, width, channels]: readonly [number, number, number],
): Uint8Array {
  const turned = images.slice();
  const bytes = height * width * channels;
  for (let image = 0; image < count; image++) turned.subarray(image * bytes, (image + 1) * bytes).reverse();
  // The channels of a pixel were reversed with the rest.
  for (let pixel = 0; pixel < turned.length; pixel += channels)
    for (let first = pixel, last = pixel + channels - 1; first < last; first++, last--) {
      const byte = turned[first]!;
      turned[first] = turned[last]!;
      turned[last] = byte;
    }
  return turned;
}
