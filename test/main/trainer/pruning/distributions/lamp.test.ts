import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distributions } from '../../../../../main/trainer/pruning/distributions/registry.ts';
import { prune } from '../../../../../main/trainer/pruning/prune.ts';
import { combination, layer, moment, pruning, ties, withMasks } from '../layers.ts';

const lamp = distributions.open({ name: 'lamp' });
/** LAMP scores are the squares of the keys. */
const scores = (magnitudes: number[]): number[] =>
  Array.from(
    lamp.keys!(Float32Array.from(magnitudes), { size: magnitudes.length, pruned: 0 }, ties()),
    (key) => key ** 2,
  );

/** Equation 4, word for word: the weights in ascending order of their squares. */
function published(magnitudes: readonly number[]): number[] {
  return magnitudes.map((own, index) => {
    const notBelow = magnitudes.filter((other, place) => other > own || (other === own && place >= index));
    return own ** 2 / notBelow.reduce((sum, other) => sum + other ** 2, 0);
  });
}

describe('w_u² / Σ w_v² over the weights that are not below', () => {
  test('worked out by hand', () => {
    // 9 / 25 and 16 / 16.
    expect(scores([3, 4])).toEqual([expect.closeTo(0.36, 6), 1]);
    // 1 / 9, and of the two equal ones 4 / 8 for one and 4 / 4 for the other.
    expect(scores([1, 2, 2]).toSorted()).toEqual([expect.closeTo(1 / 9, 6), expect.closeTo(0.5, 6), 1]);
    expect(scores([4, 3])).toEqual([1, expect.closeTo(0.36, 6)]);
  });

  test('as the paper writes it, for any magnitudes', () => {
    const magnitude = fc.oneof(fc.constantFrom(0, 0.5, 1), fc.float({ min: 0, max: 100, noNaN: true }));
    fc.assert(
      fc.property(
        fc.array(magnitude, { minLength: 1, maxLength: 60 }),
        fc.float({ min: 1, max: 2, noNaN: true }),
        (some, largest) => {
          const magnitudes = [...some.map(Math.fround), Math.fround(200 * largest)];
          // Which of equal ones is the lower is drawn: their scores are compared in order.
          const ascending = (values: number[]): number[] =>
            values
              .map((score, index) => ({ score, magnitude: magnitudes[index]! }))
              .sort((a, b) => a.magnitude - b.magnitude || a.score - b.score)
              .map(({ score }) => score);
          const expected = ascending(published(magnitudes));
          ascending(scores(magnitudes)).forEach((score, place) =>
            expect(score).toBeCloseTo(expected[place]!, 5),
          );
        },
      ),
    );
  });

  test('a layer of zeros scores 0, and weights whose squares underflow keep their order', () => {
    expect(scores([0, 0])).toEqual([0, 0]);
    const keys = [...lamp.keys!(Float32Array.of(3e-30, 1e-30, 2e-30, 1), { size: 4, pruned: 0 }, ties())];
    expect(keys[1]!).toBeLessThan(keys[2]!);
    expect(keys[2]!).toBeLessThan(keys[0]!);
    expect(keys[1]!).toBeGreaterThan(0);
  });
});

test('prunes the lowest scores over all layers: the example by hand', () => {
  const layers = [layer('a', 'dense', [2, 1], [3, -4]), layer('b', 'dense', [3, 1], [-1, 1.99, -2])];
  const masks = (sparsity: number): string[] =>
    [...prune(pruning({ distribution: 'lamp' }), layers, moment(sparsity)).masks.values()].map((mask) =>
      mask.join(''),
    );
  // 0.111, 0.36, 0.497, then either of the two largest, which score 1.
  expect(masks(0.2)).toEqual(['11', '011']);
  expect(masks(0.4)).toEqual(['01', '011']);
  expect(masks(0.6)).toEqual(['01', '001']);
  expect([
    ['00', '001'],
    ['01', '000'],
  ]).toContainEqual(masks(0.8));
});

test('leaves the largest weight of each layer where magnitudes alone would empty one', () => {
  const layers = [
    layer('a', 'dense', [20, 1]),
    layer(
      'tiny',
      'dense',
      [20, 1],
      layer('tiny', 'dense', [20, 1]).weights.map((w) => w * 1e-6),
    ),
  ];
  expect(prune(pruning({ distribution: 'global' }), layers, moment(0.5)).collapsed).toEqual(['tiny']);
  const outcome = prune(pruning({ distribution: 'lamp' }), layers, moment(0.95));
  expect(outcome.collapsed).toEqual([]);
  expect(outcome.layers.map(({ pruned }) => pruned)).toEqual([19, 19]);
});

test('looks at the kept weights only', () => {
  const layers = [layer('a', 'dense', [4, 1], [1, 2, 3, 100]), layer('b', 'dense', [3, 1], [1, 2, 2])];
  const masks = new Map([['a', Uint8Array.of(1, 1, 1, 0)]]);
  // Without the pruned 100: 1/14, 4/13, 1; with it, all of a would score below b's 1/9.
  const outcome = prune(pruning({ distribution: 'lamp' }), withMasks(layers, { masks }), moment(4 / 7));
  expect([...outcome.masks.get('a')!]).toEqual([0, 0, 1, 0]);
  expect([...outcome.masks.get('b')!]).toEqual([0, 1, 1]);
});

test('other criteria are refused', () => {
  const refusal = (criterion: string) => lamp.refusal!(combination(pruning({ criterion }), {}));
  expect(refusal('magnitude')).toEqual([]);
  expect(refusal('random')).toEqual([
    { key: ['pruning', 'distribution'], message: expect.stringContaining('magnitude') },
  ]);
});
