import { CascadeError } from '../../../common/errors.ts';
import { convolvedSize, type WindowGeometry } from '../../../common/network.ts';

/** Height and width of an activation, null where it is flat. */
export type Spatial = [number, number] | null;

/** What is wrong with a network, in a sentence: a study may list its layers itself. */
export function refuse(sentence: string): never {
  throw new CascadeError('INVALID_STUDY', sentence);
}

/** @throws CascadeError INVALID_STUDY where a layer's number is no whole one of at least 1 */
export function positive(layer: string, what: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  return refuse(`The ${what} of ${layer} must be a whole number of at least 1, not ${value}.`);
}

export function shapeText(spatial: Spatial, channels: number): string {
  return spatial ? `${spatial[0]} × ${spatial[1]} × ${channels}` : `${channels}`;
}

/**
 * Size of an activation after a square window has moved over it.
 *
 * @throws CascadeError INVALID_STUDY where the window cannot do so even once
 */
export function slide(
  layer: string,
  places: [number, number],
  size: number,
  { stride, padding, dilation }: Required<WindowGeometry>,
): [number, number] {
  positive(layer, 'size', size);
  positive(layer, 'stride', stride);
  positive(layer, 'dilation', dilation);
  if (!Number.isInteger(padding) || padding < 0)
    refuse(`The padding of ${layer} must be a whole number of at least 0, not ${padding}.`);
  const output = convolvedSize(places, [size, size], { stride, padding, dilation });
  if (Math.min(...output) < 1)
    refuse(
      `The window of ${layer} (${dilation * (size - 1) + 1} wide) is larger than its input of ${places.join(' × ')} with a padding of ${padding}: make it smaller, or shrink the image less before it.`,
    );
  return output;
}
