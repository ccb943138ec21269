import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  proportional,
  sum,
  wholeNumbers,
} from '../../../../../main/trainer/pruning/distributions/apportion.ts';

test('by hand: a layer at its limit leaves the others to share the rest', () => {
  const free = (wish: number) => ({ wish, least: 0, most: 100 });
  expect(proportional([free(1), free(3)], 8)).toEqual([2, 6]);
  expect(proportional([{ wish: 1, least: 5, most: 9 }, free(3), free(1)], 13)).toEqual([5, 6, 2]);
  expect(proportional([{ wish: 3, least: 0, most: 4 }, free(1), free(1)], 10)).toEqual([4, 3, 3]);
  expect(proportional([{ wish: 0, least: 2, most: 9 }, free(1)], 6)).toEqual([2, 4]);
  expect(proportional([free(0), free(0)], 0)).toEqual([0, 0]);
});

test('refused where the limits do not allow it', () => {
  const wishes = [
    { wish: 1, least: 3, most: 5 },
    { wish: 1, least: 0, most: 2 },
  ];
  for (const total of [3, 5, 7]) expect(sum(proportional(wishes, total))).toBeCloseTo(total, 9);
  for (const total of [1, 2, 8, 50])
    expect(() => proportional(wishes, total)).toThrow(expect.objectContaining({ code: 'INVALID_STUDY' }));
});

const wish = fc
  .tuple(fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e3, noNaN: true })), fc.nat(500), fc.nat(500))
  .map(([wish, least, more]) => ({ wish, least, most: wish > 0 ? least + more : least }));

test('any wishes: within the limits, in proportion between them, whole numbers that sum exactly', () => {
  fc.assert(
    fc.property(
      fc.array(wish, { minLength: 1, maxLength: 12 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (wishes, share) => {
        const least = sum(wishes.map((each) => each.least));
        const most = sum(wishes.map((each) => each.most));
        const total = Math.round(least + share * (most - least));
        const shares = proportional(wishes, total);
        expect(sum(shares)).toBeCloseTo(total, 6);
        const between = shares.flatMap((own, index) => {
          const { wish, least, most } = wishes[index]!;
          expect(own).toBeGreaterThanOrEqual(least);
          expect(own).toBeLessThanOrEqual(most);
          return wish > 0 && own > least + 1e-9 && own < most - 1e-9 ? [own / wish] : [];
        });
        for (const factor of between) expect(factor / between[0]!).toBeCloseTo(1, 6);
        const counts = wholeNumbers(shares, wishes, total);
        expect(sum(counts)).toBe(total);
        counts.forEach((count, index) => {
          expect(Number.isInteger(count)).toBe(true);
          expect(Math.abs(count - shares[index]!)).toBeLessThan(1 + 1e-6);
          expect(count >= wishes[index]!.least && count <= wishes[index]!.most).toBe(true);
        });
      },
    ),
  );
});

test('the largest remainders are rounded up, the earlier of equal ones first', () => {
  const limits = [0, 1, 2].map(() => ({ least: 0, most: 9 }));
  expect(wholeNumbers([1.5, 1.5, 2], limits, 5)).toEqual([2, 1, 2]);
  expect(wholeNumbers([1.2, 1.7, 2.1], limits, 5)).toEqual([1, 2, 2]);
  // A share that lost its last bit is still the whole number.
  expect(wholeNumbers([0.9999999999, 2, 2], [{ least: 1, most: 1 }, ...limits.slice(1)], 5)).toEqual([
    1, 2, 2,
  ]);
});
