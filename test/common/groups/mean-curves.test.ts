import { expect, test } from 'vitest';
import type { Curves } from '../../../common/codec/curve-frames.ts';
import { meanCurves } from '../../../common/groups/mean-curves.ts';

function curvesOf(
  points: readonly (readonly [run: number, epoch: number, x: number, value: number])[],
): Curves {
  const column = (index: number) => Float64Array.from(points, (point) => point[index]!);
  return { runs: ['a', 'b', 'c'], run: column(0), epoch: column(1), x: column(2), values: [column(3)] };
}

const curves = curvesOf([
  [0, 0, 0, 0.1],
  [0, 1, 1, 0.5],
  [0, 2, 2, 0.9],
  [1, 0, 0, 0.3],
  [1, 1, 1, NaN],
  // The third ends earlier.
  [2, 0, 0, 0.8],
]);

test('means by epoch, of the runs that have it', () => {
  const [both, third] = meanCurves(curves, [{ runs: ['a', 'b'] }, { runs: ['c'] }], 0, 'sd');
  expect(both!.map(({ epoch, y }) => [epoch, y?.n, y?.mean])).toEqual([
    [0, 2, 0.2],
    [1, 1, 0.5],
    [2, 1, 0.9],
  ]);
  // Two values 0.1 and 0.3: the sample's standard deviation is 0.2 ÷ √2.
  expect(both![0]!.y!.high).toBeCloseTo(0.2 + 0.2 / Math.SQRT2, 12);
  expect(both![1]!.y!.high).toBeNull();
  expect(third).toEqual([
    { epoch: 0, x: { n: 1, mean: 0, low: null, high: null }, y: { n: 1, mean: 0.8, low: null, high: null } },
  ]);
});

test('a measure on the axis is a mean of its own', () => {
  const against = curvesOf([
    [0, 0, 2, 0.5],
    [1, 0, 4, 0.7],
    [2, 0, NaN, 0.9],
  ]);
  const [points] = meanCurves(against, [{ runs: ['a', 'b', 'c'] }], 0, 'se');
  expect(points).toHaveLength(1);
  expect(points![0]!.x).toEqual({ n: 2, mean: 3, low: 2, high: 4 });
  expect(points![0]!.y!.n).toBe(2);
});

test('a run that has no point, and a group without runs, have no curve', () => {
  expect(meanCurves(curves, [{ runs: ['z'] }, { runs: [] }], 0, 'sd')).toEqual([[], []]);
});
