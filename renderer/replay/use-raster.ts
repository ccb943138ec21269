import { nextTick, onBeforeUnmount, onMounted, shallowRef, useTemplateRef } from 'vue';
import type { ShallowRef } from 'vue';
import { WEIGHT_STATES } from '../../common/cascade/composition.ts';
import type { Palette } from './palette.ts';
import { pixelOf } from '../ui/theme.ts';

/** A canvas in device pixels that is drawn at most once a frame. */
export interface Raster {
  canvas: Readonly<ShallowRef<HTMLCanvasElement | null>>;
  /** Size in device pixels, and how many of them make one CSS pixel. */
  size: ShallowRef<{ width: number; height: number; ratio: number }>;
  /** Asks for a drawing: with the words that change now, or, where one was made in this frame, in the coming one. */
  invalidate: () => void;
}

/** Draws into the component's `<canvas ref="canvas">`. */
export function useRaster(draw: (pixels: Uint32Array, width: number, height: number) => void): Raster {
  const canvas = useTemplateRef<HTMLCanvasElement>('canvas');
  const size = shallowRef({ width: 0, height: 0, ratio: 1 });
  let image: ImageData | undefined;
  let asked = false;
  /** The frame after a drawing. */
  let coming = 0;
  let observer: ResizeObserver | undefined;

  function paint(): void {
    asked = false;
    const { width, height } = size.value;
    const context = canvas.value?.getContext('2d');
    if (!context || width === 0 || height === 0) return;
    if (image?.width !== width || image.height !== height) image = context.createImageData(width, height);
    draw(new Uint32Array(image.data.buffer), width, height);
    context.putImageData(image, 0, 0);
  }
  /** Once the words are in the page: a picture that came a frame later would have the page composed twice. */
  async function paintNow(): Promise<void> {
    await nextTick();
    if (!asked) return;
    paint();
    coming = requestAnimationFrame(() => {
      coming = 0;
      if (asked) void paintNow();
    });
  }
  function invalidate(): void {
    if (asked) return;
    asked = true;
    if (coming === 0) void paintNow();
  }
  onMounted(() => {
    const element = canvas.value;
    if (!element) return;
    observer = new ResizeObserver(() => {
      const ratio = devicePixelRatio;
      const width = Math.floor(element.clientWidth * ratio);
      const height = Math.floor(element.clientHeight * ratio);
      if (width === element.width && height === element.height && size.value.width > 0) return;
      element.width = width;
      element.height = height;
      size.value = { width, height, ratio };
      // At once, not in the coming frame: a resized canvas is blank until drawn.
      paint();
    });
    observer.observe(element);
  });
  onBeforeUnmount(() => {
    observer?.disconnect();
    asked = false;
    cancelAnimationFrame(coming);
  });
  return { canvas, size, invalidate };
}

/** The colours of the weight states in the theme of the moment. */
export function currentPalette(background = '--surface-pane'): Palette {
  return {
    states: WEIGHT_STATES.map((state) => pixelOf(`--state-${state}`)),
    background: pixelOf(background),
    hollow: pixelOf('--state-pruned-line'),
  };
}
