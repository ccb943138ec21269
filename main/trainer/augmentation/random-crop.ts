import * as z from 'zod';
import { attribute } from '../tensorflow/attributes.ts';
import type { Engine, Tensor } from '../tensorflow/engine.ts';
import { gather } from '../tensorflow/operations/index.ts';
import { toInt32 } from './arithmetic.ts';
import { defineAugmentation, windowShape } from './augmentation.ts';
import { integersOf } from './draws.ts';

const options = z.strictObject({
  name: z.literal('random-crop'),
  padding: z.int().min(0).max(512).default(4).describe('Black pixels added on every side before the crop.'),
  size: z
    .int()
    .min(1)
    .max(4096)
    .nullable()
    .default(null)
    .describe('Height and width of the crop; null: those of the images.'),
});

/**
 * As torchvision's RandomCrop(size, padding): a window at a place of its own for every image, each place as likely. Without
 * a size the images keep theirs. Images that lie rotated are read from the other end.
 */
export const randomCrop = defineAugmentation({
  name: 'random-crop',
  title: 'A window at a random place of the padded image',
  source: 'as torchvision’s RandomCrop',
  options,
  shape: ({ size }, shape) => windowShape('random-crop', size, shape),
  apply({ padding, size }, { engine, draws, rotated }, images) {
    const { tf } = engine;
    const [batch, height, width, channels] = images.shape as [number, number, number, number];
    const [rows, columns] = [size ?? height, size ?? width];
    const [tall, wide] = [height + 2 * padding, width + 2 * padding];
    /** First row or column of every window within the padded images, in memory. */
    const starts = (padded: number, window: number): Tensor => {
      const places = padded - window;
      const upright = integersOf(engine, draws.uniform([batch]), engine.scalar(places + 1));
      return toInt32(engine, rotated ? tf.sub(engine.scalar(places), upright) : upright);
    };
    const row = tf.add(starts(tall, rows).reshape([batch, 1]), tf.range(0, rows, 1, 'int32'));
    const column = tf.add(starts(wide, columns).reshape([batch, 1]), tf.range(0, columns, 1, 'int32'));
    const image = tf.range(0, batch, 1, 'int32').reshape([batch, 1]);
    const lines = tf.add(tf.mul(image, tf.scalar(tall, 'int32')), row).reshape([batch, rows, 1]);
    const pixels = tf.add(tf.mul(lines, tf.scalar(wide, 'int32')), column.reshape([batch, 1, columns]));
    const table = padded(engine, images, padding).reshape([batch * tall * wide, channels]);
    return gather(engine, table, pixels);
  },
});

function padded(engine: Engine, images: Tensor, padding: number): Tensor {
  if (padding === 0) return images;
  const attributes = [attribute.type('T', engine.precision), attribute.type('Tpaddings', 'int32')];
  const margins = engine.constant(
    Int32Array.of(0, 0, padding, padding, padding, padding, 0, 0),
    [4, 2],
    'int32',
  );
  return engine.op('Pad', attributes, [images, margins], 1)[0]!;
}
