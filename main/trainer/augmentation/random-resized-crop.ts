import * as z from 'zod';
import type { Engine, Tensor } from '../tensorflow/engine.ts';
import { attribute } from '../tensorflow/attributes.ts';
import { constantOf, positionsOf, select } from './arithmetic.ts';
import { defineAugmentation, windowShape } from './augmentation.ts';
import { integersOf } from './draws.ts';

const range = (lowest: number, highest: number, largest: number) =>
  z
    .tuple([z.number().positive().max(largest), z.number().positive().max(largest)])
    .default([lowest, highest])
    .refine(([from, to]) => from <= to, { message: 'must be [smallest, largest]' });

const options = z.strictObject({
  name: z.literal('random-resized-crop'),
  size: z
    .int()
    .min(1)
    .max(4096)
    .nullable()
    .default(null)
    .describe('Height and width that the crop is resized to; null: those of the images.'),
  scale: range(0.08, 1, 1).describe('Smallest and largest share of the image that the crop covers.'),
  ratio: range(3 / 4, 4 / 3, 100).describe('Smallest and largest ratio of its width to its height.'),
});

/** Crops that are drawn for each image; the first that fits is taken. */
const ATTEMPTS = 10;

/**
 * As torchvision's RandomResizedCrop with bilinear interpolation and antialiasing (Szegedy et al., arXiv 1409.4842): an area
 * uniform in `scale`, a ratio whose logarithm is uniform, at a uniform place; ten draws, of which the first that fits is
 * taken, else the largest central crop of an allowed ratio. Resizing is two products of matrices, one row of weights for
 * each pixel of the result: triangles of the width of a pixel, or of the shrinking factor, added up to one within the crop.
 */
export const randomResizedCrop = defineAugmentation({
  name: 'random-resized-crop',
  title: 'A random part of the image, resized',
  source: 'Szegedy et al., arXiv 1409.4842, as torchvision’s RandomResizedCrop',
  options,
  shape: ({ size }, shape) => windowShape('random-resized-crop', size, shape),
  apply({ size, scale, ratio }, { engine, draws, rotated }, images) {
    const { tf } = engine;
    const [batch, height, width, channels] = images.shape as [number, number, number, number];
    const [rows, columns] = [size ?? height, size ?? width];
    const crop = chooseCrop(engine, [height, width], scale, ratio, {
      area: draws.uniform([batch, ATTEMPTS]),
      ratio: draws.uniform([batch, ATTEMPTS]),
      top: draws.uniform([batch, 1]),
      left: draws.uniform([batch, 1]),
    });
    const vertical = resizing(engine, crop.top, crop.height, height, rows, rotated);
    const horizontal = resizing(engine, crop.left, crop.width, width, columns, rotated);
    const squeezed = multiply(engine, vertical, images.reshape([batch, height, width * channels]));
    const standing = transpose(engine, squeezed.reshape([batch, rows, width, channels]));
    const done = multiply(engine, horizontal, standing.reshape([batch, width, rows * channels]));
    const lying = transpose(engine, done.reshape([batch, columns, rows, channels]));
    // Sums of products may overshoot the range by a rounding.
    return tf.minimum(tf.maximum(lying, engine.scalar(0)), engine.scalar(255));
  },
});

interface Crop {
  top: Tensor;
  left: Tensor;
  height: Tensor;
  width: Tensor;
}

/** The crop of every image, in pixels of the upright image, [batch, 1] each. */
function chooseCrop(
  engine: Engine,
  [height, width]: readonly [number, number],
  [smallest, largest]: readonly [number, number],
  [narrowest, widest]: readonly [number, number],
  uniform: { area: Tensor; ratio: Tensor; top: Tensor; left: Tensor },
): Crop {
  const { tf } = engine;
  const between = (draw: Tensor, from: number, to: number): Tensor =>
    tf.add(tf.mul(draw, engine.scalar(to - from)), engine.scalar(from));
  const area = tf.mul(between(uniform.area, smallest, largest), engine.scalar(height * width));
  const shape = tf.exp(between(uniform.ratio, Math.log(narrowest), Math.log(widest)));
  const widths = tf.round(tf.sqrt(tf.mul(area, shape)));
  const heights = tf.round(tf.sqrt(tf.div(area, shape)));
  const within = (lengths: Tensor, most: number): Tensor =>
    tf.logicalAnd(tf.greater(lengths, engine.scalar(0)), tf.lessEqual(lengths, engine.scalar(most)));
  const fits = tf.cast(tf.logicalAnd(within(widths, width), within(heights, height)), 'float32');
  const first = firstOf(engine, fits);
  const any = tf.greater(tf.max(fits, 1, true), engine.scalar(0));
  const [centralHeight, centralWidth] = centralCrop(height, width, narrowest, widest);
  const chosen = (lengths: Tensor, central: number): Tensor =>
    select(engine, any, tf.sum(tf.mul(lengths, first), 1, true), engine.scalar(central));
  const crop = { height: chosen(heights, centralHeight), width: chosen(widths, centralWidth) };
  /** Top or left: anywhere for a drawn crop, in the middle for the central one. */
  const place = (draw: Tensor, side: number, length: Tensor, central: number): Tensor => {
    const places = tf.add(tf.sub(engine.scalar(side), length), engine.scalar(1));
    return select(
      engine,
      any,
      integersOf(engine, draw, places),
      engine.scalar(Math.floor((side - central) / 2)),
    );
  };
  return {
    ...crop,
    top: place(uniform.top, height, crop.height, centralHeight),
    left: place(uniform.left, width, crop.width, centralWidth),
  };
}

/** The largest crop of an allowed ratio: its height and width. */
function centralCrop(
  height: number,
  width: number,
  narrowest: number,
  widest: number,
): readonly [number, number] {
  const ratio = width / height;
  if (ratio < narrowest) return [Math.min(height, Math.round(width / narrowest)), width];
  if (ratio > widest) return [height, Math.min(width, Math.round(height * widest))];
  return [height, width];
}

/** 1 at the first of each row's ones, 0 elsewhere; in a row without ones, anywhere. [batch, n] */
function firstOf(engine: Engine, ones: Tensor): Tensor {
  const [, count] = ones.shape as [number, number];
  const index = engine.op(
    'ArgMax',
    [
      attribute.type('T', engine.precision),
      attribute.type('Tidx', 'int32'),
      attribute.type('output_type', 'int32'),
    ],
    [ones, engine.tf.scalar(1, 'int32')],
    1,
  )[0]!;
  return engine.tf.cast(
    engine.tf.equal(index.reshape([-1, 1]), engine.tf.range(0, count, 1, 'int32')),
    'float32',
  );
}

/**
 * Weights with which the pixels of one side of the image make those of the result.
 * @param start first row (or column) of the crop, and `length` how many, [batch, 1] each
 * @returns [batch, result, side], in the order in which both lie in memory
 */
function resizing(
  engine: Engine,
  start: Tensor,
  length: Tensor,
  side: number,
  result: number,
  rotated: boolean,
): Tensor {
  const { tf } = engine;
  const batch = start.shape[0]!;
  const [first, many] = [start.reshape([batch, 1, 1]), length.reshape([batch, 1, 1])];
  const target = constantOf(engine, positionsOf(result, rotated), [1, result, 1]);
  const source = constantOf(engine, positionsOf(side, rotated), [1, 1, side]);
  const shrinking = tf.div(many, engine.scalar(result));
  const centre = tf.mul(tf.add(target, engine.scalar(0.5)), shrinking);
  const inCrop = tf.sub(source, first);
  const distance = tf.abs(tf.sub(tf.add(inCrop, engine.scalar(0.5)), centre));
  const triangle = tf.sub(engine.scalar(1), tf.div(distance, tf.maximum(shrinking, engine.scalar(1))));
  const inside = tf.logicalAnd(tf.greaterEqual(inCrop, engine.scalar(0)), tf.less(inCrop, many));
  const weights = select(engine, inside, tf.maximum(triangle, engine.scalar(0)), engine.scalar(0));
  return tf.div(weights, tf.sum(weights, 2, true));
}

/** [batch, m, n] · [batch, n, p] */
function multiply(engine: Engine, a: Tensor, b: Tensor): Tensor {
  const attributes = [
    attribute.type('T', engine.precision),
    attribute.bool('adj_x', false),
    attribute.bool('adj_y', false),
  ];
  return engine.op('BatchMatMulV2', attributes, [a, b], 1)[0]!;
}

/** Rows and columns of images exchanged. */
function transpose(engine: Engine, images: Tensor): Tensor {
  const attributes = [attribute.type('T', engine.precision), attribute.type('Tperm', 'int32')];
  return engine.op('Transpose', attributes, [images, engine.tf.tensor1d([0, 2, 1, 3], 'int32')], 1)[0]!;
}
