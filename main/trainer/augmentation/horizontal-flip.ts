import * as z from 'zod';
import { attribute } from '../tensorflow/attributes.ts';
import { select } from './arithmetic.ts';
import { defineAugmentation } from './augmentation.ts';

const options = z.strictObject({
  name: z.literal('horizontal-flip'),
  probability: z.number().min(0).max(1).default(0.5).describe('Share of the images that are mirrored.'),
});

/** As torchvision's RandomHorizontalFlip. It and half a turn can change places, so rotated images need no other way. */
export const horizontalFlip = defineAugmentation({
  name: 'horizontal-flip',
  title: 'Left and right exchanged',
  source: 'as torchvision’s RandomHorizontalFlip',
  options,
  shape: (_given, shape) => shape,
  apply({ probability }, { engine, draws }, images) {
    const coin = draws.uniform([images.shape[0]!, 1, 1, 1]);
    const mirrored = engine.op(
      'ReverseV2',
      [attribute.type('T', engine.precision), attribute.type('Tidx', 'int32')],
      [images, engine.tf.tensor1d([2], 'int32')],
      1,
    )[0]!;
    return select(engine, engine.tf.less(coin, engine.scalar(probability)), mirrored, images);
  },
});
