import type { ImageWindow } from '../../tensorflow/image-decoder.ts';

/** What every image of a folder becomes. */
export interface ImageFit {
  /** Side of the square that is cut from the middle. */
  size: number;
  /** Length of the shorter side before that; at least `size`. */
  resize: number;
  channels: 1 | 3;
}

/** As torchvision's Resize(resize) and CenterCrop(size) do it, to the pixel. */
export function windowOf(height: number, width: number, { size, resize }: ImageFit): ImageWindow {
  const shorter = Math.min(height, width);
  const scaled = (length: number): number =>
    length === shorter ? resize : Math.floor((resize * length) / shorter);
  const [scaledHeight, scaledWidth] = [scaled(height), scaled(width)];
  return {
    scale: [scaledHeight / height, scaledWidth / width],
    offset: [half(scaledHeight - size), half(scaledWidth - size)],
    size: [size, size],
  };
}

/** Half of a whole number, rounded to an even one from the middle as Python rounds. */
function half(length: number): number {
  const below = Math.floor(length / 2);
  return length % 2 === 0 || below % 2 === 0 ? below : below + 1;
}
