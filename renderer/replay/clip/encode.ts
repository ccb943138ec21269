import type { GifPalette } from 'gifenc';

/** What makes a file of pictures that come one after another. */
export interface ClipEncoder {
  /** Takes what the canvas shows now, for `seconds`. */
  add(context: OffscreenCanvasRenderingContext2D, seconds: number): Promise<void>;
  finish(): Promise<Blob>;
  /** Gives up; what was encoded is thrown away. */
  cancel(): Promise<void>;
}

export const CLIP_FORMATS = ['webm', 'mp4', 'gif'] as const;
export type ClipFormat = (typeof CLIP_FORMATS)[number];

/** Of each container the codecs that may be in it, the first that this browser encodes is taken. */
const CODECS = { webm: ['vp9', 'vp8', 'av1'], mp4: ['avc', 'av1', 'vp9'] } as const;

/** Video is asked for without loss that one sees: the pictures are flat colours and small text. */
const BITS_PER_PIXEL = 0.35;

/** Formats that can be made here: video needs WebCodecs, a GIF nothing. Sizes are those of the pictures. */
export async function availableFormats(width: number, height: number): Promise<ClipFormat[]> {
  if (typeof VideoEncoder === 'undefined') return ['gif'];
  const { canEncodeVideo } = await import('mediabunny');
  const can = async (format: 'webm' | 'mp4'): Promise<ClipFormat[]> => {
    for (const codec of CODECS[format]) if (await canEncodeVideo(codec, { width, height })) return [format];
    return [];
  };
  return [...(await can('webm')), ...(await can('mp4')), 'gif'];
}

/** @throws Error where the browser encodes none of the format's codecs at this size */
export async function videoEncoder(
  canvas: OffscreenCanvas,
  format: 'webm' | 'mp4',
  framesPerSecond: number,
): Promise<ClipEncoder> {
  const { BufferTarget, canEncodeVideo, CanvasSource, Mp4OutputFormat, Output, WebMOutputFormat } =
    await import('mediabunny');
  const { width, height } = canvas;
  const bitrate = Math.max(400_000, Math.round(BITS_PER_PIXEL * width * height * framesPerSecond));
  for (const codec of CODECS[format]) {
    if (!(await canEncodeVideo(codec, { width, height, bitrate }))) continue;
    const target = new BufferTarget();
    const output = new Output({
      format: format === 'webm' ? new WebMOutputFormat() : new Mp4OutputFormat(),
      target,
    });
    const source = new CanvasSource(canvas, { codec, bitrate, keyFrameInterval: 2 });
    output.addVideoTrack(source, { frameRate: framesPerSecond });
    await output.start();
    let time = 0;
    return {
      async add(_, seconds) {
        // A picture that stands for long is told again: not every container keeps how long its last one does.
        for (let left = Math.round(seconds * framesPerSecond); left > 0; left -= 1) {
          await source.add(time, 1 / framesPerSecond);
          time += 1 / framesPerSecond;
        }
      },
      async finish() {
        await output.finalize();
        return new Blob([target.buffer!], { type: `video/${format}` });
      },
      cancel: () => output.cancel(),
    };
  }
  throw new Error(
    `This browser encodes no ${format} of ${width} × ${height} pixels: choose GIF, or a smaller size.`,
  );
}

/** Colours of a GIF. */
const MOST_COLOURS = 256;

/** An animated GIF that repeats for ever. Its colours are those of the first picture, whose legend has every state's. */
export async function gifEncoder(width: number, height: number): Promise<ClipEncoder> {
  const { applyPalette, GIFEncoder, quantize } = await import('gifenc');
  const file = GIFEncoder();
  let palette: GifPalette | null = null;
  return {
    async add(context, seconds) {
      const { data } = context.getImageData(0, 0, width, height);
      const first = palette === null;
      palette ??= quantize(data, MOST_COLOURS, { format: 'rgb565' });
      const index = applyPalette(data, palette, 'rgb565');
      // A GIF counts hundredths of a second.
      file.writeFrame(index, width, height, {
        ...(first ? { palette } : {}),
        delay: Math.max(20, Math.round(seconds * 100) * 10),
      });
    },
    async finish() {
      file.finish();
      return new Blob([file.bytes() as Uint8Array<ArrayBuffer>], { type: 'image/gif' });
    },
    async cancel() {
      file.reset();
    },
  };
}
