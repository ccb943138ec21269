import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACTIVE, INERT, PRUNED, SHED } from '../../../common/cascade/composition.ts';
import { encodeFrame } from '../../../common/codec/frames.ts';
import { planeBytes } from '../../../common/records.ts';
import { rasterizeMatrix } from '../../../renderer/replay/matrix-raster.ts';
import { clampView, fitView, frameOf, weightAt, zoomAt } from '../../../renderer/replay/matrix-view.ts';
import { WeightPlanes, weightName } from '../../../renderer/replay/weight-planes.ts';

/** A layer whose weights have these states: 0 active, 2 shed, 3 inert, 4 pruned. */
function planes(states: readonly number[], columns: number): WeightPlanes {
  const bytes = planeBytes(states.length);
  const body = new Uint8Array(3 * bytes);
  const plane: Record<number, number> = { [PRUNED]: 0, [INERT]: 1, [SHED]: 2 };
  states.forEach((state, weight) => {
    const at = plane[state];
    if (at !== undefined) body[at * bytes + (weight >> 3)]! |= 1 << (weight & 7);
  });
  const shape = [states.length / columns, columns];
  const header = {
    kind: 'planes' as const,
    thresholds: ['1e-3'],
    planes: ['pruned', 'inert', 'shed 1e-3'],
    epoch: 4,
    layer: 'fc',
    shape,
    weights: states.length,
  };
  return WeightPlanes.read(encodeFrame(header, body).buffer, columns);
}

const STATES = fc.constantFrom(ACTIVE, SHED, INERT, PRUNED);

describe('the weights of a layer', () => {
  it('have the states that their planes say', () => {
    const states = [ACTIVE, SHED, INERT, PRUNED, SHED, ACTIVE, ACTIVE, PRUNED, INERT, SHED];
    const matrix = planes(states, 5);
    expect([matrix.rows, matrix.columns]).toEqual([2, 5]);
    expect(states.map((_, weight) => matrix.stateOf(weight, 0))).toEqual(states);
  });

  it('of a control are told as the run beside it keeps them, drawn alike from near and far', () => {
    const own = planes([ACTIVE, SHED, INERT, PRUNED, SHED, ACTIVE], 3);
    const run = planes([PRUNED, SHED, PRUNED, ACTIVE, PRUNED, SHED], 3);
    const kept = own.keptBy(run)!;
    const each = Array.from({ length: 6 }, (_, weight) => weight);
    const expected = [PRUNED, SHED, PRUNED, PRUNED, PRUNED, ACTIVE];
    expect(each.map((weight) => kept.stateOf(weight, 0))).toEqual(expected);
    expect(each.map((weight) => kept.ownStateOf(weight, 0))).toEqual(
      each.map((weight) => own.stateOf(weight, 0)),
    );
    const [tile] = kept.tilesWithin(2, 0)!.pruned;
    expect(tile).toBe(expected.filter((state, weight) => state === PRUNED && weight % 3 < 2).length);
    expect(each.map((weight) => (kept.bits(0).pruned[0]! >> weight) & 1)).toEqual(
      expected.map((state) => Number(state === PRUNED)),
    );
    expect(own.keptBy(planes([ACTIVE, ACTIVE, ACTIVE, ACTIVE], 2))).toBeNull();
  });

  it('are counted by tiles that add up, at any width, also where rows do not start on a byte', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 23 }),
        fc.integer({ min: 1, max: 23 }),
        fc.infiniteStream(STATES),
        (rows, columns, stream) => {
          const states = Array.from({ length: rows * columns }, () => stream.next().value as number);
          const matrix = planes(states, columns);
          for (const level of [2, 4, 8, 16, 32, 64].map((span) => matrix.tilesWithin(span, 0)!))
            for (let row = 0; row < level.rows; row += 1)
              for (let column = 0; column < level.columns; column += 1) {
                const inTile = states.filter(
                  (_, weight) =>
                    Math.floor(Math.floor(weight / columns) / level.side) === row &&
                    Math.floor((weight % columns) / level.side) === column,
                );
                const tile = row * level.columns + column;
                expect(level.pruned[tile]).toBe(inTile.filter((state) => state === PRUNED).length);
                expect(level.shed[tile]).toBe(inTile.filter((state) => state === SHED).length);
                expect(level.inert[tile]).toBe(inTile.filter((state) => state === INERT).length);
              }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are named by what they connect', () => {
    expect(weightName('dense', [784, 300], 5, 7)).toBe('input 5 → output 7');
    expect(weightName('conv', [3, 3, 16, 32], 16 * 4 + 2, 7)).toBe('kernel (1, 1), input 2 → output 7');
    expect(weightName('pointwise', [1, 1, 64, 128], 9, 3)).toBe('input 9 → output 3');
    expect(weightName('depthwise', [3, 3, 32, 2], 5, 7)).toBe('kernel (1, 2), channel 3 → output 7');
  });
});

describe('the matrix', () => {
  const palette = {
    states: [0xff000001, 0xff000002, 0xff000003, 0xff000004, 0xff000005],
    background: 0,
    hollow: 9,
  };

  it.each([2, 4])('draws each weight in its own square at %i pixels a weight', (scale) => {
    const matrix = planes([ACTIVE, PRUNED, SHED, INERT], 2);
    const frame = frameOf(2, 2);
    const view = { scale, left: 0, top: 0 };
    const side = 2 * scale;
    const pixels = new Uint32Array(side * side);
    const picture = { planes: matrix, threshold: 0, freed: Uint8Array.of(1, 0), frame, view, palette };
    rasterizeMatrix(pixels, side, side, picture);
    const at = (x: number, y: number) => pixels[y * scale * side + x * scale];
    expect([at(0, 0), at(1, 0), at(0, 1), at(1, 1)]).toEqual([
      0xff000002, 0xff000005, 0xff000003, 0xff000004,
    ]);
  });

  it('mixes the states of what a pixel covers', () => {
    const size = 64;
    const states = Array.from({ length: size * size }, (_, weight) =>
      weight % size < size / 2 ? ACTIVE : PRUNED,
    );
    const grey = { ...palette, states: [0xff000000, 0, 0, 0, 0xff0000ff] };
    const pixels = new Uint32Array(4);
    rasterizeMatrix(pixels, 2, 2, {
      planes: planes(states, size),
      threshold: 0,
      freed: new Uint8Array(size),
      frame: frameOf(size, size),
      view: { scale: 2 / size, left: 0, top: 0 },
      palette: grey,
    });
    expect([...pixels]).toEqual([0xff000000, 0xff0000ff, 0xff000000, 0xff0000ff]);
  });

  it('lies with its longer side across', () => {
    expect(frameOf(784, 300)).toEqual({ across: 784, down: 300, transposed: true });
    expect(frameOf(128, 256)).toEqual({ across: 256, down: 128, transposed: false });
    const view = fitView(frameOf(784, 300), 392, 200);
    expect(weightAt(view, frameOf(784, 300), 391, 100)).toEqual({ row: 782, column: 150 });
  });

  it('keeps the weight under the pointer while zooming', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 399 }), fc.integer({ min: 0, max: 199 }), (x, y) => {
        const frame = frameOf(200, 400);
        const before = fitView(frame, 400, 200);
        const after = clampView(zoomAt(before, 7, x, y), frame, 400, 200);
        const [one, other] = [weightAt(before, frame, x, y)!, weightAt(after, frame, x, y)!];
        expect(Math.abs(one.row - other.row)).toBeLessThanOrEqual(1);
        expect(Math.abs(one.column - other.column)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('never leaves its pane', () => {
    const frame = frameOf(100, 200);
    const view = clampView({ scale: 8, left: 1000, top: -50 }, frame, 400, 200);
    expect(view).toEqual({ scale: 8, left: 150, top: 0 });
  });
});
