import * as z from 'zod';
import type { Engine, Tensor } from '../tensorflow/engine.ts';
import { constantOf } from './arithmetic.ts';
import { defineAugmentation } from './augmentation.ts';

const strength = (what: string) =>
  z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe(`${what} is multiplied by a factor of max(0, 1 − x) … 1 + x; 0: left as it is.`);

const options = z.strictObject({
  name: z.literal('colour-jitter'),
  brightness: strength('Brightness'),
  contrast: strength('Contrast'),
  saturation: strength('Saturation'),
});

/** Luma of red, green and blue (ITU-R BT.601, as torchvision rounds it). */
const LUMA = [0.2989, 0.587, 0.114] as const;

/**
 * As torchvision's ColorJitter on images of numbers, with the three in the order brightness, contrast, saturation (where
 * torchvision shuffles them) and without hue. Each image is blended, by factors of its own, with black, with the mean of
 * its grey version, and with its grey version; after each the pixels are cut to 0 … 255. Rotated images are the same: no
 * pixel's place matters.
 */
export const colourJitter = defineAugmentation({
  name: 'colour-jitter',
  title: 'Brightness, contrast and saturation changed',
  source: 'as torchvision’s ColorJitter, without hue',
  options,
  shape: (_given, shape) => shape,
  apply({ brightness, contrast, saturation }, { engine, draws }, images) {
    const { tf } = engine;
    const batch = images.shape[0]!;
    const changed = (pixels: Tensor, strengthOf: number, towards: (pixels: Tensor) => Tensor): Tensor => {
      const uniform = draws.uniform([batch, 1, 1, 1]);
      if (strengthOf === 0) return pixels;
      const lowest = Math.max(0, 1 - strengthOf);
      const factor = tf.add(tf.mul(uniform, engine.scalar(1 + strengthOf - lowest)), engine.scalar(lowest));
      const other = towards(pixels);
      const blended = tf.add(other, tf.mul(tf.sub(pixels, other), factor));
      return tf.minimum(tf.maximum(blended, engine.scalar(0)), engine.scalar(255));
    };
    const bright = changed(images, brightness, () => engine.scalar(0));
    const contrasted = changed(bright, contrast, (pixels) => tf.mean(grey(engine, pixels), [1, 2, 3], true));
    return changed(contrasted, saturation, (pixels) => grey(engine, pixels));
  },
});

/** The grey version of images of three channels; others are their own. [batch, height, width, 1 or channels] */
function grey(engine: Engine, images: Tensor): Tensor {
  if (images.shape[3] !== 3) return images;
  return engine.tf.sum(engine.tf.mul(images, constantOf(engine, LUMA, [1, 1, 1, 3])), 3, true);
}
