import { CascadeError } from '../errors.ts';
import { decodeFrame, encodeFrame, type FrameBytes, type ImageFrameHeader } from './frames.ts';

/** Images of a test split. */
export interface TestImages extends Pick<ImageFrameHeader, 'shape' | 'images'> {
  /** [images × height × width × channels] */
  pixels: Uint8Array;
}

export function encodeImages({ shape, images, pixels }: TestImages): Uint8Array<ArrayBuffer> {
  return encodeFrame({ kind: 'images', shape, images }, pixels);
}

/** The pixels are a view into the frame. @throws CascadeError BAD_FRAME */
export function decodeImages(frame: FrameBytes): TestImages {
  const { header, body } = decodeFrame('images', frame);
  const { shape, images } = header;
  if (body.length !== images.length * shape[0] * shape[1] * shape[2])
    throw new CascadeError('BAD_FRAME', 'The answer is cut off: reload the window.');
  return { shape, images, pixels: body };
}
