import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generator, normals } from '../../../../common/random.ts';
import { ascendingOrder } from '../../../../main/trainer/pruning/ordering.ts';

/** What it must equal: a stable sort. Number comparison makes −0 equal 0. */
const byStableSort = (scores: Float32Array): number[] =>
  Array.from(scores, (_, index) => index).sort((a, b) => scores[a]! - scores[b]! || a - b);

test('any finite scores: as a stable sort', () => {
  const special = fc.constantFrom(
    ...[0, -0, 1, -1, 1e-45, -1e-45, 3.4028234663852886e38, -3.4028234663852886e38].map(Math.fround),
  );
  const score = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), special);
  fc.assert(
    fc.property(fc.array(score, { maxLength: 300 }), (values) => {
      const scores = Float32Array.from(values);
      expect([...ascendingOrder(scores)]).toEqual(byStableSort(scores));
    }),
  );
  const many = Float32Array.from(normals(100_000, generator(1, 'many')), (x) => Math.round(x * 1000) / 1000);
  const order = ascendingOrder(many);
  expect(byStableSort(many).every((index, place) => index === order[place])).toBe(true);
});

test('a part of a larger buffer is read as that part', () => {
  expect([...ascendingOrder(Float32Array.of(-9, 3, 1, 2, -9).subarray(1, 4))]).toEqual([1, 2, 0]);
});

test.each([NaN, -NaN, Infinity, -Infinity])('a score of %s is refused', (value) => {
  expect(() => ascendingOrder(Float32Array.of(1, value, 2))).toThrow(
    expect.objectContaining({ code: 'BAD_SCORES' }),
  );
});
