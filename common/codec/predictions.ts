import { CascadeError } from '../errors.ts';
import type { Moment, Predictions } from '../records.ts';
import { decodeFrame, encodeFrame, type FrameBytes } from './frames.ts';

/** Predictions as a frame: margins (float32), labels and predicted classes (uint16), one after another. */
export function encodePredictions(
  { epoch, moment }: { epoch: number; moment: Moment },
  { labels, predicted, margins }: Predictions,
): Uint8Array<ArrayBuffer> {
  const examples = labels.length;
  const body = new Uint8Array(8 * examples);
  let offset = 0;
  for (const { buffer, byteOffset, byteLength } of [margins, labels, predicted]) {
    body.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    offset += byteLength;
  }
  return encodeFrame({ kind: 'predictions', epoch, moment, examples }, body);
}

/** The opposite; the arrays are views into it. @throws CascadeError BAD_FRAME */
export function decodePredictions(frame: FrameBytes): { epoch: number; moment: Moment } & Predictions {
  const { header, body } = decodeFrame('predictions', frame);
  const { epoch, moment, examples } = header;
  if (body.length !== 8 * examples)
    throw new CascadeError('BAD_FRAME', 'The answer is cut off: reload the window.');
  const { buffer, byteOffset: start } = body;
  return {
    epoch,
    moment,
    margins: new Float32Array(buffer, start, examples),
    labels: new Uint16Array(buffer, start + 4 * examples, examples),
    predicted: new Uint16Array(buffer, start + 6 * examples, examples),
  };
}
