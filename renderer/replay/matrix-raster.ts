import { ACTIVE, INERT, PRUNED, SHED, FREED } from '../../common/cascade/composition.ts';
import { CUE_SIDE, paintState } from './cell-raster.ts';
import type { MatrixFrame, MatrixView } from './matrix-view.ts';
import type { Palette } from './palette.ts';
import type { WeightPlanes } from './weight-planes.ts';

/** From this many pixels a weight on, each is a square of its own with room for a gap or a cue. */
const SQUARES = 3;

export interface MatrixPicture {
  planes: WeightPlanes;
  threshold: number;
  /** One flag an output channel: whether it was freed over the last epoch. */
  freed: Uint8Array;
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
  if (picture.view.scale >= SQUARES) near(pixels, width, height, picture);
  else far(pixels, width, height, picture);
}

function stateAt({ planes, threshold, freed, frame }: MatrixPicture, across: number, down: number): number {
  const row = frame.transposed ? across : down;
  const column = frame.transposed ? down : across;
  const state = planes.stateOf(row * planes.columns + column, threshold);
  return state === ACTIVE && freed[column] === 1 ? FREED : state;
}

/** Each weight has its own square, with its second cue where there is room. */
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

/** Weights, or tiles of them, that each pixel of a line covers: from `first[i]` up to, not including, `past[i]`. */
function covered(
  pixels: number,
  edge: number,
  span: number,
  side: number,
  size: number,
): { first: Int32Array; past: Int32Array } {
  const last = Math.ceil(size / side);
  const first = new Int32Array(pixels);
  const past = new Int32Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const from = edge + pixel * span;
    if (from + span <= 0 || from >= size) continue;
    first[pixel] = Math.max(0, Math.floor(from / side));
    past[pixel] = Math.min(last, Math.max(first[pixel]! + 1, Math.floor((from + span) / side)));
  }
  return { first, past };
}

/**
 * A pixel covers one weight or several: it takes the mean colour of their states, from tiles that are no larger
 * than the pixel. The innermost loop runs millions of times a drawing, so it reads arrays and calls nothing.
 */
function far(pixels: Uint32Array, width: number, height: number, picture: MatrixPicture): void {
  const { planes, threshold, view, frame, palette, freed } = picture;
  const span = 1 / view.scale;
  const tiles = planes.tilesWithin(span, threshold);
  const side = tiles?.side ?? 1;
  const across = covered(width, view.left, span, side, frame.across);
  const down = covered(height, view.top, span, side, frame.down);
  const { rows, columns } = planes;
  const { pruned, shed, inert } = planes.bits(threshold);
  const { transposed } = frame;
  const half = side >> 1;
  for (let y = 0; y < height; y += 1) {
    const firstDown = down.first[y]!;
    const pastDown = down.past[y]!;
    if (pastDown === 0) continue;
    for (let x = 0; x < width; x += 1) {
      const firstAcross = across.first[x]!;
      const pastAcross = across.past[x]!;
      if (pastAcross === 0) continue;
      const firstRow = transposed ? firstAcross : firstDown;
      const pastRow = transposed ? pastAcross : pastDown;
      const firstColumn = transposed ? firstDown : firstAcross;
      const pastColumn = transposed ? pastDown : pastAcross;
      let prunedCount = 0;
      let shedCount = 0;
      let inertCount = 0;
      let free = 0;
      let rest = 0;
      for (let row = firstRow; row < pastRow; row += 1)
        for (let column = firstColumn; column < pastColumn; column += 1) {
          if (tiles === null) {
            const weight = row * columns + column;
            const at = weight >> 3;
            const shift = weight & 7;
            // Without branches: states change from weight to weight, and no processor guesses them.
            const p = (pruned[at]! >> shift) & 1;
            const s = (shed[at]! >> shift) & 1 & ~p;
            const i = (inert[at]! >> shift) & 1 & ~p & ~s;
            const left = 1 - p - s - i;
            const decaying = left & freed[column]!;
            prunedCount += p;
            shedCount += s;
            inertCount += i;
            free += decaying;
            rest += left - decaying;
          } else {
            const at = row * tiles.columns + column;
            const gone = tiles.pruned[at]! + tiles.shed[at]! + tiles.inert[at]!;
            const left = Math.min(side, rows - row * side) * Math.min(side, columns - column * side) - gone;
            prunedCount += tiles.pruned[at]!;
            shedCount += tiles.shed[at]!;
            inertCount += tiles.inert[at]!;
            if (freed[Math.min(columns - 1, column * side + half)] === 1) free += left;
            else rest += left;
          }
        }
      pixels[y * width + x] = blend(palette, rest, free, shedCount, inertCount, prunedCount);
    }
  }
}

/** The mean colour of so many weights in each state, in the order of WEIGHT_STATES. */
function blend(
  { states }: Palette,
  active: number,
  freed: number,
  shed: number,
  inert: number,
  pruned: number,
): number {
  const total = active + freed + shed + inert + pruned;
  const a = states[ACTIVE]!;
  const f = states[FREED]!;
  const s = states[SHED]!;
  const i = states[INERT]!;
  const p = states[PRUNED]!;
  const channel = (shift: number) =>
    ((active * ((a >> shift) & 255) +
      freed * ((f >> shift) & 255) +
      shed * ((s >> shift) & 255) +
      inert * ((i >> shift) & 255) +
      pruned * ((p >> shift) & 255)) /
      total) &
    255;
  return ((255 << 24) | (channel(16) << 16) | (channel(8) << 8) | channel(0)) >>> 0;
}
