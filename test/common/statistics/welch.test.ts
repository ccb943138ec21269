import { expect, test } from 'vitest';
import { bestOf, welch } from '../../../common/statistics/welch.ts';

/** p values by integration of Student's density with Simpson's rule in 200,000 steps, apart from this code. */
test.each([
  [[95.1, 95.6, 94.9, 95.8, 95.3], [94.2, 94.9, 94.6, 95.2, 94], 0.02609065178],
  [[1, 2, 3], [1.5, 2.5, 9, 4], 0.27610667373],
])('Welch’s p is that of Student’s density', (one, other, p) => {
  expect(welch(one, other)).toBeCloseTo(p, 9);
  expect(welch(other, one)).toBeCloseTo(p, 9);
});

test('no p is told of one value, or of means without any spread that differ', () => {
  expect(welch([1], [2, 3])).toBeNull();
  expect(welch([1, 1], [2, 2])).toBeNull();
  expect(welch([1, 1], [1, 1])).toBe(1);
});

test('best are the best mean and those that the test does not tell from it, whichever way is better', () => {
  const groups = [
    [95.1, 95.6, 94.9, 95.8, 95.3],
    [94.2, 94.9, 94.6, 95.2, 94],
    [95, 95.4, 95.2, 95.3, 95.6],
    [],
    [95.2],
  ];
  expect(bestOf(groups, 'higher')).toEqual([true, false, true, false, false]);
  expect(bestOf(groups, 'lower')).toEqual([false, true, false, false, false]);
  expect(bestOf([[], []], 'higher')).toEqual([false, false]);
});
