import { generator, uniforms } from '../../../../main/trainer/random.ts';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import { augment } from '../../../../main/trainer/augmentation/augment.ts';
import type { Draws } from '../../../../main/trainer/augmentation/draws.ts';
import { rotateImages } from '../../../../main/trainer/steps/device-data.ts';
import type { Engine } from '../../../../main/trainer/tensorflow/engine.ts';

export type Shape = readonly [number, number, number];

/** A batch of images as plain numbers, upright. */
export interface Pictures {
  count: number;
  shape: Shape;
  pixels: Float64Array;
}

export function drawPictures(count: number, shape: Shape): Pictures {
  const size = shape[0] * shape[1] * shape[2];
  const bytes = Uint8Array.from(uniforms(count * size, generator(1, 'pictures')), (x) => 256 * x);
  return { count, shape, pixels: Float64Array.from(bytes) };
}

/** Value of a pixel; rows and columns outside the image give null. */
export function pixelOf(
  { shape, pixels }: Pictures,
  image: number,
  row: number,
  column: number,
  channel: number,
): number | null {
  const [height, width, channels] = shape;
  if (row < 0 || row >= height || column < 0 || column >= width) return null;
  return pixels[((image * height + row) * width + column) * channels + channel]!;
}

/** Pictures made pixel by pixel. */
export function picturesOf(
  count: number,
  shape: Shape,
  value: (image: number, row: number, column: number, channel: number) => number,
): Pictures {
  const pixels: number[] = [];
  for (let image = 0; image < count; image++)
    for (let row = 0; row < shape[0]; row++)
      for (let column = 0; column < shape[1]; column++)
        for (let channel = 0; channel < shape[2]; channel++) pixels.push(value(image, row, column, channel));
  return { count, shape, pixels: Float64Array.from(pixels) };
}

/** Draws that were chosen by hand, in the order in which they are asked for. */
export function givenDraws(engine: Engine, values: readonly (readonly number[])[]): Draws {
  let asked = 0;
  return {
    uniform(shape) {
      const given = values[asked++]!;
      return engine.precision === 'float64'
        ? engine.constant(Float64Array.from(given), shape, 'float64')
        : engine.constant(Float32Array.from(given), shape, 'float32');
    },
  };
}

/**
 * Pictures after augmentations, upright again; where they are to be rotated, through rotated images.
 * @param draws made inside the trace
 */
export function augmented(
  engine: Engine,
  chosen: readonly NamedOptions[],
  pictures: Pictures,
  draws: () => Draws,
  { rotated = false, mean = Array.from({ length: pictures.shape[2] }, () => 100) } = {},
): Pictures {
  const { count, shape } = pictures;
  const laid = rotated ? rotatedPixels(pictures) : pictures.pixels;
  const { precision } = engine;
  const input = engine.upload(
    precision === 'float64' ? Float64Array.from(laid) : Float32Array.from(laid),
    [count, ...shape],
    precision,
  );
  const traced = engine.trace('augment', [{ shape: [count, ...shape], dtype: precision }], (images) => [
    augment(chosen, { engine, draws: draws(), rotated, mean }, images!),
  ]);
  const [output] = traced.call([input]);
  const [, height, width, channels] = output!.shape as [number, number, number, number];
  const found: Pictures = {
    count,
    shape: [height, width, channels],
    pixels: Float64Array.from(engine.download(output!) as Float32Array | Float64Array),
  };
  for (const handle of [input, output!]) handle.release();
  traced.dispose();
  return rotated ? { ...found, pixels: rotatedPixels(found) } : found;
}

/** By the function that turns the data, through the indices of the pixels. */
function rotatedPixels({ count, shape, pixels }: Pictures): Float64Array {
  const [height, width, channels] = shape;
  const size = height * width * channels;
  const order = rotateImages({ images: Uint8Array.from({ length: size }, (_, i) => i), count: 1 }, [
    height,
    width,
    channels,
  ]);
  if (size > 256) throw new Error('Too large a picture for indices of one byte.');
  return Float64Array.from(
    { length: count * size },
    (_, i) => pixels[Math.floor(i / size) * size + order[i % size]!]!,
  );
}
