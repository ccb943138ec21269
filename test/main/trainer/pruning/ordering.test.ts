import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generator, normals } from '../../../../main/trainer/random.ts';
import { ascendingOrder } from '../../../../main/trainer/pruning/ordering.ts';
import { ties } from './layers.ts';

/** Whether the order has every index once, and the scores ascend in it; −0 equals 0. */
function isAscending(order: Uint32Array, scores: Float32Array): boolean {
  return (
    new Set(order).size === scores.length &&
    order.length === scores.length &&
    order.every((index, place) => place === 0 || scores[order[place - 1]!]! <= scores[index]!)
  );
}

test('any finite scores ascend', () => {
  const special = fc.constantFrom(
    ...[0, -0, 1, -1, 1e-45, -1e-45, 3.4028234663852886e38, -3.4028234663852886e38].map(Math.fround),
  );
  const score = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), special);
  fc.assert(
    fc.property(fc.array(score, { maxLength: 300 }), (values) => {
      const scores = Float32Array.from(values);
      expect(isAscending(ascendingOrder(scores, ties()), scores)).toBe(true);
    }),
  );
  const many = Float32Array.from(normals(100_000, generator(1, 'many')), (x) => Math.round(x * 1000) / 1000);
  expect(isAscending(ascendingOrder(many, ties()), many)).toBe(true);
});

test('equal scores come in random order, the same by the same stream', () => {
  const scores = Float32Array.of(1, 0, -0, 1, 0, -1);
  const orders = Array.from({ length: 120 }, (_, seed) => ascendingOrder(scores, ties(seed)).join(' '));
  // Three equal zeros and two equal ones have 3! · 2! orders.
  expect(new Set(orders).size).toBe(12);
  expect(orders[7]).toBe(ascendingOrder(scores, ties(7)).join(' '));
});

test('a part of a larger buffer is read as that part', () => {
  expect([...ascendingOrder(Float32Array.of(-9, 3, 1, 2, -9).subarray(1, 4), ties())]).toEqual([1, 2, 0]);
});

test.each([NaN, -NaN, Infinity, -Infinity])('a score of %s is refused', (value) => {
  expect(() => ascendingOrder(Float32Array.of(1, value, 2), ties())).toThrow(
    expect.objectContaining({ code: 'BAD_SCORES' }),
  );
});
