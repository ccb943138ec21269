import { INERT, PRUNED, SHED, FREED } from '../../common/cascade/composition.ts';
import type { Palette } from './palette.ts';
import { mix } from './palette.ts';

/** Below this side second cues cannot be seen, and cells are plain. */
export const CUE_SIDE = 7;

/**
 * Paints one state into a rectangle of pixels with its second cue: freed a rising edge, shed a notch, inert
 * a hatch, pruned hollow, active plain.
 */
export function paintState(
  pixels: Uint32Array,
  stride: number,
  box: { x: number; y: number; width: number; height: number },
  state: number,
  palette: Palette,
  cues: boolean,
): void {
  const { x, y, width, height } = box;
  const color = palette.states[state] ?? palette.background;
  if (!cues) {
    fillBox(pixels, stride, box, color);
    return;
  }
  const pale = state === PRUNED ? mix(color, palette.background, 0.28) : palette.background;
  const rise = Math.min(height, Math.ceil(width / 2.4));
  const notchLeft = Math.floor(width / 3);
  const notchRight = width - notchLeft;
  const notchDepth = Math.min(height >> 1, Math.max(2, Math.round(width / 4)));
  for (let row = 0; row < height; row += 1) {
    const start = (y + row) * stride + x;
    for (let column = 0; column < width; column += 1) {
      let pixel = color;
      if (state === FREED) {
        if (row < rise - ((column + 1) / width) * rise) pixel = palette.background;
      } else if (state === SHED) {
        if (row < notchDepth && column >= notchLeft && column < notchRight) pixel = palette.background;
      } else if (state === INERT) {
        if ((x + column + y + row) % 4 === 0) pixel = palette.background;
      } else if (state === PRUNED) {
        const edge = row === 0 || row === height - 1 || column === 0 || column === width - 1;
        pixel = edge ? palette.hollow : pale;
      }
      pixels[start + column] = pixel;
    }
  }
}

/** Cells are a few pixels wide: a loop is many times faster there than `fill`. */
export function fillBox(
  pixels: Uint32Array,
  stride: number,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  color: number,
): void {
  for (let row = y; row < y + height; row += 1) {
    const past = row * stride + x + width;
    for (let at = past - width; at < past; at += 1) pixels[at] = color;
  }
}
