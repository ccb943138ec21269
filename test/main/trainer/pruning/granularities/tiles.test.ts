import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KernelKind } from '../../../../../common/network.ts';
import { prune, type MaskedLayer } from '../../../../../main/trainer/pruning/prune.ts';
import { refusals } from '../../../../../main/trainer/pruning/refusals.ts';
import { scoreTiles } from '../../../../../main/trainer/pruning/tiles.ts';
import { layer, moment, network, pruning, withMasks, zeros } from '../layers.ts';

/**
 * Blocks, kernels and filters, against a search over all weights that knows each by its coordinates in the kernel's
 * axes alone.
 */

interface Place {
  /** Number of the place in the kernel, row by row. */
  place: number;
  input: number;
  output: number;
}

/** Coordinates of all weights of a kernel in its flattening. */
function coordinates({ kind, shape }: MaskedLayer): Place[] {
  if (kind === 'dense') {
    const [inputs, outputs] = shape as [number, number];
    return grid(1, inputs, outputs);
  }
  const [height, width, inputs, last] = shape as [number, number, number, number];
  return kind === 'depthwise'
    ? grid(height * width, inputs, last).map(({ place, input, output }) => ({
        place,
        input: 0,
        output: input * last + output,
      }))
    : grid(height * width, inputs, last);
}

function grid(places: number, inputs: number, outputs: number): Place[] {
  const all: Place[] = [];
  for (let place = 0; place < places; place++)
    for (let input = 0; input < inputs; input++)
      for (let output = 0; output < outputs; output++) all.push({ place, input, output });
  return all;
}

/** The unit of a weight, numbered in the order of the units. */
const unitOf = {
  filter: ({ output }: Place) => [output],
  kernel: ({ input, output }: Place) => [input, output],
  block: ({ place, input, output }: Place, { shape, kind }: MaskedLayer) => {
    const inputs = kind === 'dense' ? shape[0]! : kind === 'depthwise' ? 1 : shape[2]!;
    return [Math.floor((place * inputs + input) / 3), Math.floor(output / 2)];
  },
};
type Tile = keyof typeof unitOf;
const granularity = {
  filter: { name: 'filter' },
  kernel: { name: 'kernel' },
  block: { name: 'block', rows: 3, columns: 2 },
};
const aggregates = {
  mean: (scores: number[]) => scores.reduce((sum, score) => sum + score, 0) / scores.length,
  sum: (scores: number[]) => scores.reduce((sum, score) => sum + score, 0),
  l2: (scores: number[]) => Math.sqrt(scores.reduce((sum, score) => sum + score * score, 0)),
};
type Aggregate = keyof typeof aggregates;

interface Unit {
  layer: number;
  key: number[];
  members: number[];
  score: number;
}

/** All units with anything kept, the lowest first. */
function sortedUnits(layers: readonly MaskedLayer[], tile: Tile, aggregate: Aggregate): Unit[] {
  const units = layers.flatMap((each, index) => {
    const found = new Map<string, Unit>();
    coordinates(each).forEach((place, weight) => {
      if (!each.mask[weight]) return;
      const key = unitOf[tile](place, each);
      const unit = found.get(key.join()) ?? { layer: index, key, members: [], score: 0 };
      unit.members.push(weight);
      found.set(key.join(), unit);
    });
    return [...found.values()];
  });
  for (const unit of units)
    unit.score = Math.fround(
      aggregates[aggregate](unit.members.map((weight) => Math.abs(layers[unit.layer]!.weights[weight]!))),
    );
  return units.sort((a, b) => a.score - b.score);
}

/**
 * The units with equal ones in an order that explains what was taken, if any does: those that went, the largest last, then
 * those that stayed, the largest first.
 */
function explained(units: readonly Unit[], masks: readonly Uint8Array[]): Unit[] {
  const stayed = ({ layer, members }: Unit): boolean => masks[layer]![members[0]!] === 1;
  const size = (unit: Unit): number => (stayed(unit) ? -1 : 1) * unit.members.length;
  return units.toSorted(
    (a, b) => a.score - b.score || Number(stayed(a)) - Number(stayed(b)) || size(a) - size(b),
  );
}

/** Whole units, lowest first, until the next one would miss by more; half of one is taken. */
function expectedMasks(
  layers: readonly MaskedLayer[],
  units: readonly Unit[],
  sparsity: number,
): Uint8Array[] {
  const masks = layers.map(({ mask }) => mask.slice());
  const all = layers.reduce((sum, { mask }) => sum + mask.length, 0);
  let missing = sparsity * all - layers.reduce((sum, { mask }) => sum + zeros(mask), 0);
  for (const { layer, members } of units) {
    if (2 * missing < members.length - 1e-6) break;
    missing -= members.length;
    for (const weight of members) masks[layer]![weight] = 0;
  }
  return masks;
}

const side = fc.integer({ min: 1, max: 7 });
const kinds = fc.constantFrom<KernelKind>('dense', 'conv', 'depthwise', 'pointwise');
/** The first layer has a spatial kernel, so that every granularity makes sense. */
const nets = fc
  .array(fc.tuple(kinds, fc.constantFrom(2, 3), side, side), { minLength: 0, maxLength: 3 })
  .map((others) =>
    [['conv', 3, 4, 6] as const, ...others].map(([kind, size, a, b], index) => {
      const shape =
        kind === 'dense'
          ? [a, b]
          : kind === 'pointwise'
            ? [1, 1, a, b]
            : [size, size, a, kind === 'depthwise' ? (b % 2) + 1 : b];
      // Coarse steps, so that there are ties; sums of them are exact.
      const made = layer(`${index}`, kind, shape);
      return { ...made, weights: made.weights.map((weight) => Math.round(4 * weight) / 4) };
    }),
  );

describe.each(['filter', 'kernel', 'block'] as const)('%s', (tile) => {
  test('over all layers: the units that a search finds, for any net, sparsity and aggregate', () => {
    fc.assert(
      fc.property(
        nets,
        fc.constantFrom<Aggregate>('mean', 'sum', 'l2'),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (layers, aggregate, sparsity, part) => {
          const options = { ...granularity[tile], aggregate };
          // First some single weights, so that units are partly pruned already.
          const random = pruning({ criterion: 'random' });
          const before = withMasks(layers, prune(random, layers, moment(0.3 * part * sparsity)));
          const units = sortedUnits(before, tile, aggregate);
          const outcome = prune(pruning({ granularity: options }), before, moment(sparsity));
          const masks = before.map(({ name }) => outcome.masks.get(name)!);
          const expected = expectedMasks(before, explained(units, masks), sparsity);
          expected.forEach((mask, index) => expect([...masks[index]!]).toEqual([...mask]));
        },
      ),
      { numRuns: 80 },
    );
  });

  test('uniform: every layer within a unit of its share, all together within half of the largest', () => {
    fc.assert(
      fc.property(nets, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (layers, sparsity) => {
        const outcome = prune(
          pruning({ granularity: granularity[tile], distribution: 'uniform' }),
          layers,
          moment(sparsity),
        );
        const largest = layers.map((_, index) =>
          Math.max(
            ...sortedUnits(layers, tile, 'mean')
              .filter(({ layer }) => layer === index)
              .map(({ members }) => members.length),
          ),
        );
        const all = layers.reduce((sum, { mask }) => sum + mask.length, 0);
        expect(Math.abs(outcome.reached - sparsity) * all).toBeLessThanOrEqual(Math.max(...largest) / 2 + 1);
        outcome.layers.forEach(({ weights, pruned }, index) =>
          expect(Math.abs(pruned - sparsity * weights)).toBeLessThanOrEqual(largest[index]! + 1),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('by hand', () => {
  const masks = (
    each: MaskedLayer,
    options: { name: string; [key: string]: unknown },
    sparsity: number,
  ): number[] => [
    ...prune(pruning({ granularity: options }), [each], moment(sparsity)).masks.get(each.name)!,
  ];

  test('a filter is a column of a dense kernel', () => {
    // Three outputs of means 2, 1 and 3.
    const dense = layer('a', 'dense', [2, 3], [1, 2, 3, -3, 0, 3]);
    expect(masks(dense, { name: 'filter' }, 1 / 3)).toEqual([1, 0, 1, 1, 0, 1]);
    expect(masks(dense, { name: 'filter' }, 2 / 3)).toEqual([0, 0, 1, 0, 0, 1]);
    // By the Euclidean norm the second (2) still goes before the first (√10); by the sum likewise.
    expect(masks(dense, { name: 'filter', aggregate: 'l2' }, 1 / 3)).toEqual([1, 0, 1, 1, 0, 1]);
  });

  test('mean, sum and l2 differ where units do', () => {
    // Columns 0 4 (mean 2, norm 4) and 2.5 2.5 (mean 2.5, norm 3.54).
    const dense = layer('a', 'dense', [2, 2], [0, 2.5, 4, 2.5]);
    expect(masks(dense, { name: 'filter', aggregate: 'mean' }, 0.5)).toEqual([0, 1, 0, 1]);
    expect(masks(dense, { name: 'filter', aggregate: 'l2' }, 0.5)).toEqual([1, 0, 1, 0]);
    // A column of one kept weight of 3 has the larger mean, and the smaller sum.
    const partly = { ...layer('a', 'dense', [2, 2], [9, 2, 3, 2]), mask: Uint8Array.of(0, 1, 1, 1) };
    expect(masks(partly, { name: 'filter', aggregate: 'mean' }, 0.75)).toEqual([0, 0, 1, 0]);
    expect(masks(partly, { name: 'filter', aggregate: 'sum' }, 0.5)).toEqual([0, 1, 0, 1]);
  });

  test('a filter of a depthwise layer is the kernel of one channel', () => {
    // 2 × 2 places, two inputs with two outputs each: the outputs' magnitudes are 1, 4, 2, 3.
    const row = [1, 4, 2, 3];
    const depthwise = layer('a', 'depthwise', [2, 2, 2, 2], [...row, ...row, ...row, ...row]);
    const expected = [0, 1, 0, 1];
    expect(masks(depthwise, { name: 'filter' }, 0.5)).toEqual([
      ...expected,
      ...expected,
      ...expected,
      ...expected,
    ]);
    expect(masks(depthwise, { name: 'kernel' }, 0.5)).toEqual([
      ...expected,
      ...expected,
      ...expected,
      ...expected,
    ]);
  });

  test('a kernel is what lies between one input and one output', () => {
    // 1 × 2 places, two inputs, two outputs; kernels of magnitudes 1, 2, 3, 4.
    const conv = layer('a', 'conv', [1, 2, 2, 2], [4, 1, 2, 3, 4, 1, 2, 3]);
    expect(masks(conv, { name: 'kernel' }, 0.5)).toEqual([1, 0, 0, 1, 1, 0, 0, 1]);
  });

  test('blocks at the far edges are smaller', () => {
    // 3 × 3 in blocks of 2 × 2: 1 at the corner of the first, and the far corner alone is 0.5.
    const dense = layer('a', 'dense', [3, 3], [1, 1, 9, 1, 1, 9, 9, 9, 0.5]);
    expect(masks(dense, { name: 'block', rows: 2, columns: 2 }, 1 / 9)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0]);
    expect(masks(dense, { name: 'block', rows: 2, columns: 2 }, 5 / 9)).toEqual([0, 0, 1, 0, 0, 1, 1, 1, 0]);
  });

  test('a smaller block that is gone already does not make the others all there is', () => {
    const dense = layer('a', 'dense', [2, 3], [1, 1, 9, 1, 1, 9]);
    const partly = { ...dense, mask: Uint8Array.of(1, 1, 0, 1, 1, 0) };
    // 4.2 of 6 weights, of which 2 are gone: the block of 4 comes nearer.
    expect(masks(partly, { name: 'block', rows: 2, columns: 2 }, 0.7)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(masks(partly, { name: 'block', rows: 2, columns: 2 }, 0.6)).toEqual([1, 1, 0, 1, 1, 0]);
  });

  test('a block too many is no more than was asked, also where most blocks are smaller', () => {
    // Blocks of 15, 3, 5 and 1 of 24 weights; 8 of them take the first, which is 7 more.
    const dense = layer('a', 'dense', [4, 6], [...Array(15).fill(1), ...Array(9).fill(9)]);
    const first = prune(
      pruning({ granularity: { name: 'block', rows: 3, columns: 5 }, sparsity: 1 / 3 }),
      [{ ...dense, weights: Float32Array.from(dense.weights, (_, i) => (i < 18 && i % 6 < 5 ? 1 : 9)) }],
      moment(1 / 3),
    );
    expect(first.reached).toBe(15 / 24);
    const again = prune(
      pruning({ granularity: { name: 'block', rows: 3, columns: 5 }, sparsity: 0.34 }),
      withMasks([dense], first),
      moment(0.34),
    );
    expect(again.reached).toBe(15 / 24);
  });

  test('uniform: the layer that misses the greatest part of a unit gets one more first', () => {
    const lost = (outputs: [number, number], sparsity: number): number[] =>
      prune(
        pruning({ granularity: 'filter', distribution: 'uniform' }),
        [layer('a', 'dense', [10, outputs[0]]), layer('b', 'dense', [9, outputs[1]])],
        moment(sparsity),
      ).layers.map(({ pruned }) => pruned);
    // 44 and 30 weights are due: 40 and 27 fit, 6.7 are missing. Of a filter, 0.4 and 0.33: the first's, and 3.3 too many.
    expect(lost([8, 6], 0.55)).toEqual([50, 27]);
    // 45 and 25 are due: 40 and 18 fit, 12 are missing. Of a filter, 0.5 and 0.78: the second's, and 3 are missing.
    expect(lost([8, 5], 0.56)).toEqual([40, 27]);
  });

  test('of equal units exactly round(sparsity · units) go, each whole', () => {
    const conv = layer('a', 'conv', [3, 3, 2, 5], new Array(90).fill(0.5));
    for (let tenth = 0; tenth <= 10; tenth++)
      for (const sparsity of [tenth / 10, tenth / 10 + 0.05].filter((share) => share <= 1)) {
        const mask = masks(conv, { name: 'kernel' }, sparsity);
        const gone = Math.round(sparsity * 10);
        expect(mask.slice(0, 10).filter((kept) => kept === 0)).toHaveLength(gone);
        for (let unit = 0; unit < 10; unit++)
          for (let place = 0; place < 9; place++) expect(mask[place * 10 + unit]).toBe(mask[unit]);
      }
  });
});

test('a pruning to come is not refused for what whole units pruned more than they were asked', () => {
  const layers = [layer('a', 'dense', [10, 3])];
  const filters = pruning({ granularity: 'filter' });
  const more = [layer('b', 'dense', [9, 5]), ...layers];
  const first = prune(filters, more, moment(0.13));
  expect(first.reached).not.toBe(0.13);
  const second = prune(filters, withMasks(more, first), moment(Math.min(first.reached, 0.13) + 1e-3));
  expect(second.reached).toBe(first.reached);
  expect(() => prune(filters, withMasks(more, prune(filters, more, moment(0.7))), moment(0.3))).toThrow(
    expect.objectContaining({ code: 'INVALID_STUDY', message: expect.stringMatching(/pruned already/) }),
  );
});

test('the score of a tile is made of its kept weights', () => {
  const tiling = { rows: 2, columns: 3, tileRows: 2, tileColumns: 2 };
  const scores = Float32Array.of(3, 9, 1, 4, 5, 1);
  const mask = Uint8Array.of(1, 0, 1, 1, 0, 1);
  const tiles = (aggregate: Aggregate) => {
    const { scores: made, kept } = scoreTiles(tiling, scores, mask, aggregate);
    return [[...made], [...kept]];
  };
  expect(tiles('mean')).toEqual([
    [3.5, 1],
    [2, 2],
  ]);
  expect(tiles('sum')).toEqual([
    [7, 2],
    [2, 2],
  ]);
  expect(tiles('l2')).toEqual([
    [5, Math.fround(Math.SQRT2)],
    [2, 2],
  ]);
  expect(scoreTiles(tiling, scores, new Uint8Array(6), 'mean').scores).toEqual(Float32Array.of(0, 0));
});

test('a layer that loses every unit is reported', () => {
  const tiny = layer('tiny', 'conv', [3, 3, 2, 2]);
  const layers = [
    { ...tiny, weights: tiny.weights.map((weight) => weight * 1e-6) },
    layer('b', 'conv', [3, 3, 2, 4]),
  ];
  for (const name of ['filter', 'kernel', 'block'])
    expect(prune(pruning({ granularity: name }), layers, moment(0.5)).collapsed).toEqual(['tiny']);
});

test('weights that are no numbers are refused', () => {
  const layers = [layer('a', 'conv', [3, 3, 2, 2])];
  layers[0]!.weights[7] = NaN;
  for (const name of ['filter', 'kernel', 'block'])
    for (const distribution of ['global', 'uniform'])
      expect(() => prune(pruning({ granularity: name, distribution }), layers, moment(0.5))).toThrow(
        expect.objectContaining({ code: 'BAD_SCORES' }),
      );
});

test('kernels of single weights alone are refused', () => {
  const net = network((builder) =>
    builder.conv('conv', 4, 3).conv('pw', 4, 1).globalAveragePool('pool').dense('fc', 10),
  );
  expect(refusals(pruning({ granularity: 'kernel' }), net)).toEqual([]);
  expect(refusals(pruning({ granularity: 'kernel', layers: { except: ['conv'] } }), net)).toEqual([
    { key: ['pruning', 'granularity'], message: expect.stringContaining('a single weight') },
  ]);
});
