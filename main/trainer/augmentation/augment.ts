import type { NamedOptions } from '../../../common/run-specification.ts';
import { attribute } from '../tensorflow/attributes.ts';
import type { Engine, Tensor } from '../tensorflow/engine.ts';
import type { AugmentationContext, ImageShape } from './augmentation.ts';
import { augmentations } from './registry.ts';

/**
 * The shape of the images that the network reads, once all augmentations, in their order, have changed those of the data set.
 * @throws CascadeError AUGMENTATION_UNFIT where one cannot work on the images that reach it
 */
export function augmentedShape(chosen: readonly NamedOptions[], shape: ImageShape): ImageShape {
  return chosen.reduce((reached, given) => augmentations.open(given).shape(reached), shape);
}

/**
 * Adds all augmentations, in their order, to the traced step.
 *
 * @param images numbers of 0 … 255 [batch, height, width, channels], in the engine's precision
 * @returns the same of the augmented shape
 */
export function augment(
  chosen: readonly NamedOptions[],
  context: AugmentationContext,
  images: Tensor,
): Tensor {
  return chosen.reduce((changed, given) => augmentations.open(given).apply(context, changed), images);
}

/**
 * The central part of images, as torchvision's CenterCrop: what evaluation reads where training reads random parts.
 *
 * @param images uint8 [batch, height, width, channels]
 * @param shape of the part; images that have it already are left as they are
 */
export function centralPart(
  engine: Engine,
  images: Tensor,
  [rows, columns]: ImageShape,
  rotated: boolean,
): Tensor {
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  if (rows === height && columns === width) return images;
  const start = (side: number, part: number): number => {
    const upright = halfToEven((side - part) / 2);
    return rotated ? side - part - upright : upright;
  };
  return engine.op(
    'Slice',
    [attribute.type('T', engine.typeOf(images)), attribute.type('Index', 'int32')],
    [
      images,
      engine.constant(Int32Array.of(0, start(height, rows), start(width, columns), 0), [4], 'int32'),
      engine.constant(Int32Array.of(batch, rows, columns, channels), [4], 'int32'),
    ],
    1,
  )[0]!;
}

/** Python's `round` of a multiple of a half. */
function halfToEven(x: number): number {
  return Number.isInteger(x) ? x : 2 * Math.round(x / 2);
}
