import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  clampRange,
  epochAt,
  isWhole,
  moveRange,
  placeOf,
  rangeShowing,
  readRange,
  writeRange,
  zoomRange,
} from '../../../renderer/replay/zoom.ts';

test('a range stays within the run, and as wide as it was', () => {
  expect(clampRange({ from: -5, to: 5 }, 100)).toEqual({ from: 0, to: 10 });
  expect(clampRange({ from: 95, to: 105 }, 100)).toEqual({ from: 90, to: 100 });
  expect(clampRange({ from: 0, to: 500 }, 100)).toEqual({ from: 0, to: 100 });
  // Never narrower than two epochs, where there are so many.
  expect(clampRange({ from: 7, to: 7 }, 100)).toEqual({ from: 7, to: 9 });
  expect(clampRange({ from: 0, to: 0 }, 1)).toEqual({ from: 0, to: 1 });
  expect(moveRange({ from: 10, to: 20 }, -15, 100)).toEqual({ from: 0, to: 10 });
});

test('zooming holds what is pointed at, whatever it begins with', () => {
  expect(zoomRange({ from: 0, to: 100 }, 2, 40, 100)).toEqual({ from: 20, to: 70 });
  expect(zoomRange({ from: 20, to: 70 }, 0.5, 40, 100)).toEqual({ from: 0, to: 100 });
  fc.assert(
    fc.property(
      fc.record({
        last: fc.integer({ min: 3, max: 100_000 }),
        a: fc.double({ min: 0, max: 1, noNaN: true }),
        b: fc.double({ min: 0, max: 1, noNaN: true }),
        around: fc.double({ min: 0, max: 1, noNaN: true }),
        factor: fc.double({ min: 1.02, max: 8, noNaN: true }),
      }),
      ({ last, a, b, around, factor }) => {
        const range = clampRange({ from: Math.min(a, b) * last, to: Math.max(a, b) * last }, last);
        const at = epochAt(around, range);
        const near = zoomRange(range, factor, at, last);
        const far = zoomRange(range, 1 / factor, at, last);
        for (const { from, to } of [near, far]) {
          expect(Number.isInteger(from) && Number.isInteger(to)).toBe(true);
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to).toBeLessThanOrEqual(last);
          expect(to - from).toBeGreaterThanOrEqual(2);
        }
        // It always gets somewhere, until the end is reached.
        if (range.to - range.from > 2) expect(near.to - near.from).toBeLessThan(range.to - range.from);
        if (!isWhole(range, last)) expect(far.to - far.from).toBeGreaterThan(range.to - range.from);
        expect(at).toBeGreaterThanOrEqual(near.from);
        expect(at).toBeLessThanOrEqual(near.to);
        if (near.to - near.from > 2) {
          const moved = Math.abs(placeOf(at, near) - placeOf(at, range)) * (near.to - near.from);
          expect(moved).toBeLessThanOrEqual(1);
        }
      },
    ),
  );
});

test('the moment is shown: the range moves on by most of its width, and only where it must', () => {
  const range = { from: 10, to: 20 };
  expect(rangeShowing(range, 15, 100)).toBe(range);
  expect(rangeShowing(range, 21, 100)).toEqual({ from: 19, to: 29 });
  expect(rangeShowing(range, 9, 100)).toEqual({ from: 1, to: 11 });
  expect(rangeShowing(range, 100, 100)).toEqual({ from: 90, to: 100 });
});

test('what the address holds', () => {
  expect(readRange(writeRange({ from: 3, to: 9 }), 20)).toEqual({ from: 3, to: 9 });
  for (const text of [undefined, '', '9', '9-3', '3-3', 'a-b', '0-20', '0-900'])
    expect(readRange(text, 20), text).toBeNull();
  expect(readRange('15-90', 20)).toBeNull();
  expect(readRange('15-18', 0)).toBeNull();
  expect([0, 0.5, 1, 2, -1].map((share) => epochAt(share, { from: 10, to: 20 }))).toEqual([
    10, 15, 20, 20, 10,
  ]);
});
