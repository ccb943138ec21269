/** What is used of gifenc, which brings no types. */
declare module 'gifenc' {
  /** RGB, one colour an entry. */
  export type GifPalette = number[][];
  export function quantize(
    rgba: Uint8Array | Uint8ClampedArray,
    colours: number,
    options?: { format?: 'rgb565' | 'rgb444' | 'rgba4444' },
  ): GifPalette;
  export function applyPalette(
    rgba: Uint8Array | Uint8ClampedArray,
    palette: GifPalette,
    format?: 'rgb565' | 'rgb444' | 'rgba4444',
  ): Uint8Array;
  export interface GifStream {
    /** The first frame needs a palette, which those without one use too. `delay` is in milliseconds; the first frame says how often the whole repeats, for ever unless told. */
    writeFrame(
      index: Uint8Array,
      width: number,
      height: number,
      options: { palette?: GifPalette; delay: number; repeat?: number },
    ): void;
    finish(): void;
    bytes(): Uint8Array;
    reset(): void;
  }
  export function GIFEncoder(): GifStream;
}
