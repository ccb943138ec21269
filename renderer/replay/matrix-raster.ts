import { ACTIVE, INERT, PRUNED, SHED, SHEDDING } from '../../common/cascade/composition.ts';
import { CUE_SIDE, paintState } from './cell-raster.ts';
import type { MatrixFrame, MatrixView } from './matrix-view.ts';
import type { Palette } from './palette.ts';
import type { WeightPlanes } from './weight-planes.ts';

export interface MatrixPicture {
  planes: WeightPlanes;
  threshold: number;
  /** One flag an output channel: what is left of it decays freely. */
  shedding: Uint8Array;
  frame: MatrixFrame;
  view: MatrixView;
  palette: Palette;
}

/** Draws the part of a matrix that is in view into pixels of `width` × `height`. */
export function rasterizeMatrix(
  pixels: Uint32Array,
  width: number,
  height: number,
  picture: MatrixPicture,
): void {
  pixels.fill(picture.palette.background);
  if (picture.view.scale >= 1) near(pixels, width, height, picture);
  else far(pixels, width, height, picture);
}

function stateAt(
  { planes, threshold, shedding, frame }: MatrixPicture,
  across: number,
  down: number,
): number {
  const row = frame.transposed ? across : down;
  const column = frame.transposed ? down : across;
  const state = planes.stateOf(row * planes.columns + column, threshold);
  return state === ACTIVE && shedding[column] === 1 ? SHEDDING : state;
}

/** A weight is a pixel or more: each has its own square, with its second cue where there is room. */
function near(pixels: Uint32Array, width: number, height: number, picture: MatrixPicture): void {
  const { view, frame, palette } = picture;
  const firstAcross = Math.max(0, Math.floor(view.left));
  const lastAcross = Math.min(frame.across - 1, Math.floor(view.left + width / view.scale));
  const firstDown = Math.max(0, Math.floor(view.top));
  const lastDown = Math.min(frame.down - 1, Math.floor(view.top + height / view.scale));
  const gap = view.scale >= 5 ? 1 : 0;
  const cues = view.scale - gap >= CUE_SIDE;
  for (let down = firstDown; down <= lastDown; down += 1) {
    const top = Math.max(0, Math.round((down - view.top) * view.scale));
    const bottom = Math.min(height, Math.round((down + 1 - view.top) * view.scale) - gap);
    if (bottom <= top) continue;
    for (let across = firstAcross; across <= lastAcross; across += 1) {
      const left = Math.max(0, Math.round((across - view.left) * view.scale));
      const right = Math.min(width, Math.round((across + 1 - view.left) * view.scale) - gap);
      if (right <= left) continue;
      const box = { x: left, y: top, width: right - left, height: bottom - top };
      paintState(pixels, width, box, stateAt(picture, across, down), palette, cues);
    }
  }
}

/** A pixel covers several weights: it takes the mean colour of their states, from tiles that are no larger. */
function far(pixels: Uint32Array, width: number, height: number, picture: MatrixPicture): void {
  const { planes, view, frame, palette, shedding } = picture;
  const span = 1 / view.scale;
  const tiles = picture.planes.tilesAt(picture.threshold).findLast((level) => level.side <= span) ?? null;
  const side = tiles?.side ?? 1;
  const counts = new Float64Array(5);
  for (let y = 0; y < height; y += 1) {
    const down = view.top + y * span;
    if (down + span <= 0 || down >= frame.down) continue;
    const fromDown = Math.max(0, Math.floor(down / side));
    const toDown = Math.max(fromDown + 1, Math.floor(Math.min(frame.down, down + span) / side));
    for (let x = 0; x < width; x += 1) {
      const across = view.left + x * span;
      if (across + span <= 0 || across >= frame.across) continue;
      const fromAcross = Math.max(0, Math.floor(across / side));
      const toAcross = Math.max(fromAcross + 1, Math.floor(Math.min(frame.across, across + span) / side));
      counts.fill(0);
      for (let d = fromDown; d < toDown; d += 1)
        for (let a = fromAcross; a < toAcross; a += 1) {
          if (tiles === null) {
            if (a < frame.across && d < frame.down) counts[stateAt(picture, a, d)]! += 1;
            continue;
          }
          const row = frame.transposed ? a : d;
          const column = frame.transposed ? d : a;
          if (row >= tiles.rows || column >= tiles.columns) continue;
          const at = row * tiles.columns + column;
          const all =
            Math.min(side, planes.rows - row * side) * Math.min(side, planes.columns - column * side);
          const gone = tiles.pruned[at]! + tiles.shed[at]! + tiles.inert[at]!;
          counts[PRUNED]! += tiles.pruned[at]!;
          counts[SHED]! += tiles.shed[at]!;
          counts[INERT]! += tiles.inert[at]!;
          counts[
            shedding[Math.min(planes.columns - 1, column * side + (side >> 1))] === 1 ? SHEDDING : ACTIVE
          ]! += all - gone;
        }
      pixels[y * width + x] = blend(counts, palette);
    }
  }
}

function blend(counts: Float64Array, palette: Palette): number {
  let total = 0;
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let state = 0; state < counts.length; state += 1) {
    const count = counts[state]!;
    if (count === 0) continue;
    const color = palette.states[state]!;
    total += count;
    red += count * (color & 255);
    green += count * ((color >> 8) & 255);
    blue += count * ((color >> 16) & 255);
  }
  if (total === 0) return palette.background;
  return ((255 << 24) | ((blue / total) << 16) | ((green / total) << 8) | (red / total)) >>> 0;
}
