import { describe, expect, test } from 'vitest';
import { distributions } from '../../../../../main/trainer/pruning/distributions/registry.ts';
import { ties } from '../layers.ts';

const uniform = distributions.open({ name: 'uniform' });

describe('amounts', () => {
  const amounts = (layers: [number, number][], total: number): number[] =>
    uniform.amounts!(
      layers.map(([size, pruned]) => ({ name: 'a', kind: 'dense', shape: [size, 1], size, pruned })),
      total,
    );

  test('round by largest remainder, the earlier layer first', () => {
    expect(
      amounts(
        [
          [1, 0],
          [1, 0],
          [1, 0],
        ],
        2,
      ),
    ).toEqual([1, 1, 0]);
    expect(
      amounts(
        [
          [3, 0],
          [5, 0],
        ],
        4,
      ),
    ).toEqual([2, 2]);
    expect(
      amounts(
        [
          [10, 0],
          [20, 0],
          [30, 0],
        ],
        60,
      ),
    ).toEqual([10, 20, 30]);
  });

  test('never give back what a layer has lost already', () => {
    // Half of 300 would be 50 each: the first keeps its 80, the others share 70.
    expect(
      amounts(
        [
          [100, 80],
          [100, 0],
          [100, 0],
        ],
        150,
      ),
    ).toEqual([80, 35, 35]);
    // Sharing 70 then falls below the second's 40, and the third gets what is left.
    expect(
      amounts(
        [
          [100, 80],
          [100, 40],
          [100, 0],
        ],
        150,
      ),
    ).toEqual([80, 40, 30]);
    expect(
      amounts(
        [
          [100, 80],
          [100, 40],
          [100, 0],
        ],
        120,
      ),
    ).toEqual([80, 40, 0]);
  });
});

test('keys are ranks among all units of a layer, the pruned ones before the others', () => {
  const keys = (scores: number[], size: number, pruned: number): number[] =>
    Array.from(uniform.keys!(Float32Array.from(scores), { size, pruned }, ties()), (key) => key * size);
  expect(keys([5, 1, 3, 2], 4, 0)).toEqual([3.5, 0.5, 2.5, 1.5]);
  expect(keys([5, 1, 3, 1], 4, 0).toSorted()).toEqual([0.5, 1.5, 2.5, 3.5]);
  expect(keys([5, 1], 4, 2)).toEqual([3.5, 2.5]);
});
