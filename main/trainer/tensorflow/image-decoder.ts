import { attribute } from './attributes.ts';
import { Context, type OutputSignature } from './context.ts';
import type { TypedArray } from './dtypes.ts';
import { locateLibrary, type LibraryLocation } from './library.ts';
import { loadTensorFlow } from './native.ts';

export type ImageFormat = 'jpeg' | 'png';

/** ITU-R BT.601: how much of red, green and blue is in the grey of a colour, as JPEG and Pillow have it. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** The part of a scaled image that is wanted. */
export interface ImageWindow {
  /** Factors from the file's pixels to the scaled image's: vertical, horizontal. */
  scale: readonly [number, number];
  /** The window's first row and column in the scaled image. */
  offset: readonly [number, number];
  /** Its height and width. */
  size: readonly [number, number];
}

/** Of an op whose output is a text, which never leaves TensorFlow: its type is not asked for. */
const TEXT: OutputSignature = [{ shape: [], dtype: 'uint8' }];

/**
 * TensorFlow's own image ops on the CPU, one thread, without tfjs: threads that only decode need no more. The pixels of
 * JPEG files are those of libjpeg's accurate integer transform, as Pillow and torchvision decode them.
 */
export class ImageDecoder {
  readonly #context: Context;

  /** @throws CascadeError ENGINE_NOT_FOUND, ENGINE_UNUSABLE */
  constructor(library: LibraryLocation = locateLibrary()) {
    const config = { intraOpThreads: 1, interOpThreads: 1, gpus: false };
    this.#context = new Context(loadTensorFlow(library), config);
  }

  /**
   * Decodes a file, scales it linearly with antialiasing (a triangle as wide as a target pixel where it shrinks), and
   * cuts the window out.
   *
   * @param inks whether the file is a JPEG of inks (CMYK or YCCK), whose colours are those of its paper
   * @param channels 1 (grey) or 3 (red, green, blue); an image of the other kind is converted, opacity is dropped
   * @returns [height × width × channels] of the window
   * @throws TensorFlowError where the file is damaged
   */
  decode(
    file: Uint8Array,
    { format, inks }: { format: ImageFormat; inks: boolean },
    channels: 1 | 3,
    window: ImageWindow,
  ): Uint8ClampedArray {
    // libjpeg makes colours of inks, but no grey.
    if (inks && channels === 1) return greyOf(this.#decode(file, format, 3, window));
    return Uint8ClampedArray.from(this.#decode(file, format, channels, window));
  }

  #decode(file: Uint8Array, format: ImageFormat, channels: 1 | 3, window: ImageWindow): Float32Array {
    const owned: number[] = [];
    const run = (
      op: string,
      attributes: Parameters<Context['execute']>[1],
      inputs: readonly number[],
      signature?: OutputSignature,
    ): number => {
      const [output] = this.#context.execute(op, attributes, inputs, 1, signature);
      owned.push(output!.id);
      return output!.id;
    };
    const give = (
      data: TypedArray,
      shape: readonly number[],
      dtype: 'uint8' | 'int32' | 'float32',
    ): number => {
      const id = this.#context.upload(data, shape, dtype);
      owned.push(id);
      return id;
    };
    try {
      // A tensor's serialised form ends with its bytes: so a text can be made without leaving the types known here.
      const bytes = give(file, [file.length], 'uint8');
      const serialized = run('SerializeTensor', [attribute.type('T', 'uint8')], [bytes], TEXT);
      const text = run(
        'Substr',
        [attribute.type('T', 'int32'), attribute.string('unit', 'BYTE')],
        [
          serialized,
          give(Int32Array.of(-file.length), [], 'int32'),
          give(Int32Array.of(file.length), [], 'int32'),
        ],
        TEXT,
      );
      const image =
        format === 'jpeg'
          ? run(
              'DecodeJpeg',
              [attribute.int('channels', channels), attribute.string('dct_method', 'INTEGER_ACCURATE')],
              [text],
            )
          : run('DecodePng', [attribute.int('channels', channels), attribute.type('dtype', 'uint8')], [text]);
      const images = run(
        'ExpandDims',
        [attribute.type('T', 'uint8'), attribute.type('Tdim', 'int32')],
        [image, give(Int32Array.of(0), [], 'int32')],
      );
      const scaled = run(
        'ScaleAndTranslate',
        [
          attribute.type('T', 'uint8'),
          attribute.string('kernel_type', 'triangle'),
          attribute.bool('antialias', true),
        ],
        [
          images,
          give(Int32Array.from(window.size), [2], 'int32'),
          give(Float32Array.from(window.scale), [2], 'float32'),
          give(
            Float32Array.from(window.offset, (offset) => -offset),
            [2],
            'float32',
          ),
        ],
      );
      return this.#context.download(scaled) as Float32Array;
    } finally {
      for (const id of owned) this.#context.release(id);
    }
  }

  dispose(): void {
    this.#context.dispose();
  }
}

/** Grey of pixels [… × 3]. */
function greyOf(colours: Float32Array): Uint8ClampedArray {
  const [red, green, blue] = LUMA;
  return Uint8ClampedArray.from(
    { length: colours.length / 3 },
    (_, pixel) =>
      red * colours[3 * pixel]! + green * colours[3 * pixel + 1]! + blue * colours[3 * pixel + 2]!,
  );
}
