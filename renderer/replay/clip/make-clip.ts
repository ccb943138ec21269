import { gifEncoder, videoEncoder, type ClipFormat } from './encode.ts';
import { drawFrame, type FrameContent, type FrameLook } from './frame.ts';

export interface ClipPlan {
  format: ClipFormat;
  /** Epochs in the order in which they are shown. */
  epochs: readonly number[];
  framesPerSecond: number;
  look: FrameLook;
  /** The picture of an epoch. */
  content(epoch: number, signal: AbortSignal): Promise<FrameContent>;
  /** Pictures done. */
  progress(done: number): void;
  signal: AbortSignal;
}

/** The last picture stands longer: what it came to is what one looks for. */
const LAST_SECONDS = 1.5;

/**
 * A clip of a replay, drawn apart from the screen. Between two pictures the page does whatever else it has to do.
 *
 * @throws the signal's reason once it is aborted
 */
export async function makeClip(plan: ClipPlan): Promise<Blob> {
  const { format, epochs, framesPerSecond, look, signal } = plan;
  const canvas = new OffscreenCanvas(look.width, look.height);
  const context = contextOf(canvas);
  const encoder =
    format === 'gif'
      ? await gifEncoder(look.width, look.height)
      : await videoEncoder(canvas, format, framesPerSecond);
  try {
    for (const [done, epoch] of epochs.entries()) {
      signal.throwIfAborted();
      drawFrame(context, await plan.content(epoch, signal), look);
      const isLast = done === epochs.length - 1;
      await encoder.add(context, isLast ? LAST_SECONDS : 1 / framesPerSecond);
      plan.progress(done + 1);
      await new Promise((resolve) => setTimeout(resolve));
    }
    signal.throwIfAborted();
    return await encoder.finish();
  } catch (error) {
    await encoder.cancel();
    throw error;
  }
}

/** One picture as a PNG. */
export async function makePicture(content: FrameContent, look: FrameLook): Promise<Blob> {
  const canvas = new OffscreenCanvas(look.width, look.height);
  drawFrame(contextOf(canvas), content, look);
  return canvas.convertToBlob({ type: 'image/png' });
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (context === null) throw new Error('This browser draws on no canvas apart from the screen.');
  return context;
}
