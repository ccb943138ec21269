import type * as z from 'zod';
import type { Definition } from '../registry.ts';
import type { Component } from '../component.ts';
import { CascadeError } from '../../../common/errors.ts';
import type { Engine, Tensor } from '../tensorflow/engine.ts';
import type { Draws } from './draws.ts';

/** Height, width, channels. */
export type ImageShape = readonly [number, number, number];

/** What an augmentation may use while the step is traced. */
export interface AugmentationContext {
  engine: Engine;
  draws: Draws;
  /**
   * Whether the images lie rotated by half a turn: see `runsRotated`. An augmentation answers with the rotated image of
   * what it would have made of the upright one from the same draws, so that turning changes no training.
   */
  rotated: boolean;
  /** The colour that standardisation makes zero, in bytes, per channel. */
  mean: readonly number[];
}

/**
 * A random change of the images of a training batch, each image by draws of its own. Pixels are numbers of 0 … 255 in the
 * engine's precision, before standardisation, and stay in that range.
 */
export interface AugmentationWith<Options> extends Component {
  /**
   * The shape of an image afterwards.
   * @throws CascadeError AUGMENTATION_UNFIT where images of this shape cannot be changed so
   */
  shape(options: Options, shape: ImageShape): ImageShape;
  /** @param images [batch, height, width, channels] */
  apply(options: Options, context: AugmentationContext, images: Tensor): Tensor;
}

export type Augmentation = AugmentationWith<never>;

/** An augmentation with its options typed by their schema. */
export function defineAugmentation<S extends z.ZodObject>(
  definition: Definition<S, AugmentationWith<z.infer<S>>>,
): Augmentation {
  return definition;
}

/**
 * The shape of square windows into images; without a size, that of the images. Evaluation takes a window of the same size
 * from the middle, so that it may not be larger than an image.
 */
export function windowShape(
  name: string,
  size: number | null,
  [height, width, channels]: ImageShape,
): ImageShape {
  if (size !== null && size > Math.min(height, width))
    throw new CascadeError(
      'AUGMENTATION_UNFIT',
      `The size ${size} of ${name} is larger than the images, which are ${height} × ${width}: choose at most ${Math.min(height, width)}.`,
    );
  return [size ?? height, size ?? width, channels];
}
