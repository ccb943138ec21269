import { describe, expect, it } from 'vitest';
import { ACTIVE, FREED, INERT, PRUNED, SHED } from '../../../common/cascade/composition.ts';
import { encodeFrame } from '../../../common/codec/frames.ts';
import { INERT_PLANE, planeBytes, PRUNED_PLANE, shedPlane } from '../../../common/records.ts';
import { rasterizeMatrix } from '../../../renderer/replay/matrix-raster.ts';
import { frameOf } from '../../../renderer/replay/matrix-view.ts';
import { WeightPlanes } from '../../../renderer/replay/weight-planes.ts';

/** What is stored of a weight. The planes overlap: a pruned weight is inert as a rule, and most weights near zero are shed. */
interface Weight {
  pruned: boolean;
  inert: boolean;
  /** At each threshold. */
  shed: [boolean, boolean];
}
interface Kernel {
  rows: number;
  columns: number;
  weights: Weight[];
}

/** Every combination of what is stored comes in, in no order. */
function kernelOf(rows: number, columns: number, seed: number): Kernel {
  let state = seed;
  const bits = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
  const weights = Array.from({ length: rows * columns }, () => {
    const drawn = bits();
    const is = (bit: number) => ((drawn >> bit) & 1) === 1;
    return { pruned: is(0), inert: is(1), shed: [is(2), is(3)] satisfies [boolean, boolean] };
  });
  return { rows, columns, weights };
}

function planesOf({ rows, columns, weights }: Kernel): WeightPlanes {
  const bytes = planeBytes(weights.length);
  const body = new Uint8Array(4 * bytes);
  const set = (plane: number, index: number) => (body[plane * bytes + (index >> 3)]! |= 1 << (index & 7));
  weights.forEach(({ pruned, inert, shed }, index) => {
    if (pruned) set(PRUNED_PLANE, index);
    if (inert) set(INERT_PLANE, index);
    if (shed[0]) set(shedPlane(0), index);
    if (shed[1]) set(shedPlane(1), index);
  });
  const header = {
    kind: 'planes' as const,
    thresholds: ['1e-3', '1e-2'],
    planes: ['pruned', 'inert', 'shed 1e-3', 'shed 1e-2'],
    epoch: 4,
    layer: 'fc',
    shape: [rows, columns],
    weights: weights.length,
  };
  return WeightPlanes.read(encodeFrame(header, body).buffer, columns);
}

const PALETTE = {
  states: [0xffc81e05, 0xff1478f0, 0xff3ca03c, 0xff9b05d2, 0xff5adc8c],
  background: 0xff101112,
  hollow: 0xff010203,
};
const WIDTH = 13;
const HEIGHT = 11;

interface Picture {
  kernel: Kernel;
  /** The run whose pruned weights are told as pruned too. */
  beside: Kernel | null;
  threshold: 0 | 1;
  /** Whether each channel is freed. */
  freed: boolean[];
  view: { scale: number; left: number; top: number };
}

/** The state of a weight by the order of the states: pruned, then shed, inert, freed. */
function stateOf({ kernel, beside, threshold }: Picture, index: number, isFreed: boolean): number {
  const weight = kernel.weights[index]!;
  if (weight.pruned || beside?.weights[index]!.pruned === true) return PRUNED;
  if (weight.shed[threshold]) return SHED;
  if (weight.inert) return INERT;
  return isFreed ? FREED : ACTIVE;
}

/**
 * The places along one axis that a pixel shows: of tiles of `side` weights, the one that its start lies on, and those after it that
 * lie in it whole.
 */
function tilesUnder(from: number, span: number, side: number, size: number): number[] {
  if (from + span <= 0 || from >= size) return [];
  const start = Math.max(0, from);
  const tiles = Array.from({ length: Math.ceil(size / side) }, (_, tile) => tile);
  return tiles.filter(
    (tile) =>
      (tile * side <= start && start < (tile + 1) * side) ||
      (tile * side > start && (tile + 1) * side <= from + span),
  );
}

/** Each pixel by itself, from each weight by itself. */
function drawnByHand(picture: Picture): number[] {
  const { kernel, freed, view } = picture;
  const { rows, columns } = kernel;
  const transposed = rows > columns;
  const [across, down] = transposed ? [rows, columns] : [columns, rows];
  const span = 1 / view.scale;
  const side = [64, 32, 16, 8, 4, 2, 1].find((wanted) => wanted <= Math.max(1, span))!;
  /** For each pixel of a line, the weights that it covers along that axis. */
  const coveredAlong = (pixels: number, edge: number, size: number): number[][] =>
    Array.from({ length: pixels }, (_, pixel) => {
      const tiles = tilesUnder(edge + pixel * span, span, side, size);
      return Array.from({ length: size }, (_, weight) => weight).filter((weight) =>
        tiles.includes(Math.floor(weight / side)),
      );
    });
  const coveredAcross = coveredAlong(WIDTH, view.left, across);
  const coveredDown = coveredAlong(HEIGHT, view.top, down);
  const colors = kernel.weights.map((_, index) => {
    // Of a tile, the channel in its middle says whether it is freed.
    const middle = Math.floor((index % columns) / side) * side + Math.floor(side / 2);
    return PALETTE.states[stateOf(picture, index, freed[Math.min(columns - 1, middle)]!)]!;
  });
  const pixel = (x: number, y: number): number => {
    const sums = [0, 0, 0];
    let count = 0;
    for (const atAcross of coveredAcross[x]!)
      for (const atDown of coveredDown[y]!) {
        const color = colors[transposed ? atAcross * columns + atDown : atDown * columns + atAcross]!;
        [0, 8, 16].forEach((shift, channel) => (sums[channel]! += (color >>> shift) & 255));
        count += 1;
      }
    if (count === 0) return PALETTE.background;
    const [red, green, blue] = sums.map((sum) => Math.floor(sum / count));
    return 0xff000000 + blue! * 65536 + green! * 256 + red!;
  };
  return Array.from({ length: WIDTH * HEIGHT }, (_, at) => pixel(at % WIDTH, Math.floor(at / WIDTH)));
}

/** Squares with their gaps, without cues. */
function squaresByHand(picture: Picture): number[] {
  const { kernel, freed, view } = picture;
  const { rows, columns } = kernel;
  const gap = view.scale >= 5 ? 1 : 0;
  const weightAt = (pixel: number, edge: number, size: number) =>
    Array.from({ length: size }, (_, weight) => weight).find(
      (weight) =>
        Math.round((weight - edge) * view.scale) <= pixel &&
        pixel < Math.round((weight + 1 - edge) * view.scale) - gap,
    );
  return Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
    const [x, y] = [at % WIDTH, Math.floor(at / WIDTH)];
    const transposed = rows > columns;
    const across = weightAt(x, view.left, transposed ? rows : columns);
    const down = weightAt(y, view.top, transposed ? columns : rows);
    if (across === undefined || down === undefined) return PALETTE.background;
    const [row, column] = transposed ? [across, down] : [down, across];
    return PALETTE.states[stateOf(picture, row * columns + column, freed[column]!)]!;
  });
}

function drawn({ kernel, beside, threshold, freed, view }: Picture): number[] {
  const own = planesOf(kernel);
  const pixels = new Uint32Array(WIDTH * HEIGHT);
  const picture = {
    planes: beside === null ? own : own.keptBy(planesOf(beside))!,
    freed: Uint8Array.from(freed, Number),
    frame: frameOf(kernel.rows, kernel.columns),
    view,
    palette: PALETTE,
  };
  // What was counted for another threshold must not be taken for this one.
  for (const at of [1 - threshold, threshold])
    rasterizeMatrix(pixels, WIDTH, HEIGHT, { ...picture, threshold: at });
  return [...pixels];
}

/** Both thresholds, alone and beside another run, its channels freed in turn, from several corners. */
function pictures(rows: number, columns: number, scale: number): Picture[] {
  const corners = [
    { left: 0, top: 0 },
    { left: 1.25, top: 0.5 },
    { left: -2.5, top: -1.75 },
    { left: Math.max(rows, columns) - 2 / scale, top: Math.min(rows, columns) - 3 / scale },
  ];
  return corners.flatMap((corner, index) =>
    ([0, 1] as const).map((threshold) => ({
      kernel: kernelOf(rows, columns, 7 * index + threshold + 1),
      beside: index % 2 === 0 ? null : kernelOf(rows, columns, 91 + index),
      threshold,
      freed: Array.from({ length: columns }, (_, column) => (column * 5 + index) % 3 === 0),
      view: { scale, ...corner },
    })),
  );
}

const SHAPES: [number, number][] = [
  [1, 1],
  [3, 5],
  [5, 3],
  [9, 23],
  [23, 9],
  [67, 70],
];

describe('every pixel is the mean colour of the states that it covers', () => {
  it.each(SHAPES)('of a kernel of %i × %i', (rows, columns) => {
    // Pixels of a third of a weight, of one, of several read one by one, and of tiles of 2 to 64, none of them whole numbers alone.
    for (const span of [0.4, 1, 1.5, 2, 3.25, 4, 7, 8.5, 19, 32, 40, 64, 90])
      for (const picture of pictures(rows, columns, 1 / span))
        expect(drawn(picture), `${span} weights a pixel`).toEqual(drawnByHand(picture));
  });
});

describe('every pixel of a square is of its weight’s state', () => {
  it.each(SHAPES)('of a kernel of %i × %i', (rows, columns) => {
    for (const scale of [3, 3.7, 4.9, 5, 6.5, 7.9])
      for (const picture of pictures(rows, columns, scale))
        expect(drawn(picture), `${scale} pixels a weight`).toEqual(squaresByHand(picture));
  });
});

it('draws the cue of each state from 7 pixels a square on', () => {
  const plain = { pruned: false, inert: false, shed: [false, false] satisfies [boolean, boolean] };
  const weights: Weight[] = [
    plain,
    plain,
    { ...plain, shed: [true, false] },
    { ...plain, inert: true },
    { ...plain, pruned: true },
  ];
  const pixels = new Uint32Array(40 * 8);
  const picture = {
    planes: planesOf({ rows: 1, columns: 5, weights }),
    threshold: 0,
    freed: Uint8Array.of(0, 1, 0, 0, 0),
    frame: frameOf(1, 5),
    palette: PALETTE,
  };
  rasterizeMatrix(pixels, 40, 8, { ...picture, view: { scale: 8, left: 0, top: 0 } });
  // 0.28 of the colour of a pruned weight over the background, channel by channel.
  const pale = 0xff254a34;
  const letters = new Map([
    [PALETTE.background, ' '],
    [PALETTE.hollow, '#'],
    [pale, '.'],
    ...PALETTE.states.map((color, state) => [color, 'AFSIP'[state]!] as const),
  ]);
  const lines = Array.from({ length: 8 }, (_, y) =>
    Array.from(pixels.subarray(40 * y, 40 * (y + 1)), (pixel) => letters.get(pixel) ?? '?').join(''),
  );
  expect(lines).toEqual([
    'AAAAAAA       F SS   SS  III II ####### ',
    'AAAAAAA     FFF SS   SS III III #.....# ',
    'AAAAAAA   FFFFF SSSSSSS II III  #.....# ',
    'AAAAAAA FFFFFFF SSSSSSS I III I #.....# ',
    'AAAAAAA FFFFFFF SSSSSSS  III II #.....# ',
    'AAAAAAA FFFFFFF SSSSSSS III III #.....# ',
    'AAAAAAA FFFFFFF SSSSSSS II III  ####### ',
    '                                        ',
  ]);
});
