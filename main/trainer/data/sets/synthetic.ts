import * as z from 'zod';
import { generator, uniforms } from '../../random.ts';
import { defineDataset } from '../dataset.ts';
import { outlineOf, datasetOf, type LabelledImages } from '../splits.ts';

const count = (least: number, default_: number, what: string) =>
  z.int().min(least).max(10_000_000).default(default_).describe(what);

const options = z.strictObject({
  name: z.literal('synthetic'),
  height: z.int().min(1).max(1024).default(32).describe('Height of the images.'),
  width: z.int().min(1).max(1024).default(32).describe('Width of the images.'),
  channels: z.int().min(1).max(16).default(3).describe('Channels of the images.'),
  classes: z.int().min(2).max(10_000).default(10).describe('Number of classes.'),
  train: count(1, 10_000, 'Training images.'),
  validation: count(0, 0, 'Validation images.'),
  test: count(1, 2_000, 'Test images.'),
  noise: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Largest noise of a pixel, as a share of the range of bytes: the more, the harder.'),
  similarity: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Share of each class’s pattern that all classes have in common: the more, the harder.'),
  shift: z
    .int()
    .min(0)
    .max(512)
    .default(2)
    .describe('Largest shift of a class’s pattern in pixels, round the edges: the more, the harder.'),
  seed: z.int().min(0).default(0).describe('Another seed gives other patterns and other images.'),
});

type Options = z.infer<typeof options>;

/** Knots of a class's pattern along each side. */
const KNOTS = 5;
/** The darkest and the brightest that a pattern becomes. */
const DARKEST = 40;
const BRIGHTEST = 215;

/**
 * Images drawn by a program: each class has a smooth random pattern, and each image shows the pattern of its class,
 * shifted, under noise. The same options give the same bytes everywhere: only whole numbers and exact arithmetic enter.
 */
export const synthetic = defineDataset({
  name: 'synthetic',
  title: 'Synthetic patterns, drawn from a seed',
  options,
  load: async (chosen) => {
    const { height, width, channels, classes, train, validation, test, similarity } = chosen;
    const common = knotsOf(chosen, 'synthetic common pattern', 0);
    const patterns = Array.from({ length: classes }, (_, label) => {
      const own = knotsOf(chosen, 'synthetic pattern', label);
      return pattern(
        chosen,
        own.map((value, index) => (1 - similarity) * value + similarity * common[index]!),
      );
    });
    const draw = (purpose: string, length: number): LabelledImages =>
      drawImages(chosen, patterns, `synthetic ${purpose}`, length);
    return datasetOf({
      name: 'synthetic',
      imageShape: [height, width, channels],
      classes,
      training: draw('training images', train),
      validation: validation > 0 ? draw('validation images', validation) : 0,
      test: draw('test images', test),
      train: null,
    });
  },
  outline: async ({ height, width, channels, classes, train, validation, test }) => {
    const held = { count: validation };
    return outlineOf({ imageShape: [height, width, channels], classes, test }, train, held, null);
  },
});

const knotsOf = ({ channels, seed }: Options, purpose: string, label: number): Float32Array =>
  uniforms(KNOTS * KNOTS * channels, generator(seed, purpose, label));

/** A pattern [height × width × channels]: the values of a few knots, linear between them. */
function pattern({ height, width, channels }: Options, knots: Float32Array): Uint8Array {
  // Wraps round the edges, so that a shifted pattern has no seam.
  const knot = (row: number, column: number, channel: number): number =>
    knots[((row % KNOTS) * KNOTS + (column % KNOTS)) * channels + channel]!;
  const bytes = new Uint8Array(height * width * channels);
  for (let row = 0, at = 0; row < height; row++) {
    const y = (row * KNOTS) / height;
    const [top, down] = [Math.floor(y), y - Math.floor(y)];
    for (let column = 0; column < width; column++) {
      const x = (column * KNOTS) / width;
      const [left, right] = [Math.floor(x), x - Math.floor(x)];
      for (let channel = 0; channel < channels; channel++) {
        const above = knot(top, left, channel) * (1 - right) + knot(top, left + 1, channel) * right;
        const below = knot(top + 1, left, channel) * (1 - right) + knot(top + 1, left + 1, channel) * right;
        bytes[at++] = DARKEST + (BRIGHTEST - DARKEST) * (above * (1 - down) + below * down);
      }
    }
  }
  return bytes;
}

/** Images whose classes take turns. Image `index` is the same however many are drawn. */
function drawImages(
  chosen: Options,
  patterns: readonly Uint8Array[],
  purpose: string,
  length: number,
): LabelledImages {
  const { height, width, channels, noise, shift, seed } = chosen;
  const rowBytes = width * channels;
  const imageBytes = height * rowBytes;
  const images = new Uint8Array(length * imageBytes);
  const labels = new Int32Array(length);
  const level = Math.round(noise * 256);
  const base = generator(seed, purpose).next() | 0;
  const span = 2 * shift + 1;
  for (let image = 0, at = 0; image < length; image++) {
    const label = image % patterns.length;
    labels[image] = label;
    const from = patterns[label]!;
    let state = mix(base + image) | 1;
    const down = (state >>> 8) % span;
    state = step(state);
    const right = ((state >>> 8) % span) * channels;
    for (let row = 0; row < height; row++) {
      const source = ((row + down) % height) * rowBytes;
      for (let place = 0; place < rowBytes; place++, at++) {
        // Four bytes of noise a word.
        if ((place & 3) === 0) state = step(state);
        const draw = ((state >>> ((place & 3) << 3)) & 255) - 128;
        const shifted = place + right;
        const byte =
          from[source + (shifted < rowBytes ? shifted : shifted % rowBytes)]! + ((draw * level) >> 7);
        images[at] = byte < 0 ? 0 : byte > 255 ? 255 : byte;
      }
    }
  }
  return { images, labels, count: length };
}

/** The next word of Marsaglia's xorshift32 ("Xorshift RNGs", 2003); never 0 after another. */
function step(word: number): number {
  let next = word;
  next ^= next << 13;
  next ^= next >>> 17;
  return next ^ (next << 5);
}

/** A word that differs in half of its bits from that of the next number (the finisher of MurmurHash3). */
function mix(word: number): number {
  let mixed = word;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
