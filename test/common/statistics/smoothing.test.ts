import { expect, test } from 'vitest';
import { smoothed } from '../../../common/statistics/smoothing.ts';

test('smoothing begins at the first value, follows, and leaves gaps', () => {
  const found = [...smoothed([2, 2, NaN, 4], 0.5)];
  // Weights of 4, 2 and 2: 1/2, 1/4 and 1/8 of 7/8.
  expect(found).toEqual([2, 2, NaN, (4 * 0.5 + 2 * 0.25 + 2 * 0.125) / 0.875]);
  expect([...smoothed([1, 5, 3], 0)]).toEqual([1, 5, 3]);
});
