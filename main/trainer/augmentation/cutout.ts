import * as z from 'zod';
import type { Tensor } from '../tensorflow/engine.ts';
import { constantOf, positionsOf, select } from './arithmetic.ts';
import { defineAugmentation } from './augmentation.ts';
import { integersOf } from './draws.ts';

const options = z.strictObject({
  name: z.literal('cutout'),
  length: z.int().min(1).max(4096).describe('Side of the square in pixels.'),
});

/**
 * Cutout (DeVries & Taylor, arXiv 1708.04552): a square whose centre is any pixel of the image, each as likely, is made
 * the mean colour, which standardisation makes zero; what of it lies outside the image is lost. The square covers
 * `length` rows from centre − ⌊length / 2⌋ on, and so with columns.
 */
export const cutout = defineAugmentation({
  name: 'cutout',
  title: 'A square of the mean colour',
  source: 'DeVries & Taylor, arXiv 1708.04552',
  options,
  shape: (_given, shape) => shape,
  apply({ length }, { engine, draws, rotated, mean }, images) {
    const { tf } = engine;
    const [batch, height, width, channels] = images.shape as [number, number, number, number];
    /** For every image, whether each row or column meets the square. */
    const covered = (size: number): Tensor => {
      const centre = integersOf(engine, draws.uniform([batch, 1]), engine.scalar(size));
      const first = tf.sub(centre, engine.scalar(Math.floor(length / 2)));
      const distance = tf.sub(constantOf(engine, positionsOf(size, rotated), [1, size]), first);
      return tf.logicalAnd(
        tf.greaterEqual(distance, engine.scalar(0)),
        tf.less(distance, engine.scalar(length)),
      );
    };
    const rows = covered(height).reshape([batch, height, 1, 1]);
    const columns = covered(width).reshape([batch, 1, width, 1]);
    const colour = constantOf(engine, mean, [1, 1, 1, channels]);
    return select(engine, tf.logicalAnd(rows, columns), colour, images);
  },
});
