import fc from 'fast-check';
import { expect, test } from 'vitest';
import { longestPrefix } from '../../../../main/trainer/pruning/prefix-selection.ts';
import { ties } from './layers.ts';

/**
 * What it must equal: a walk along a sort. Of equal scores those that were taken come first, then the one that did not
 * fit: some order of them has led there.
 */
function byWalk(scores: number[], sizes: number[], room: number, found: { marks: number[]; next: number }) {
  const rank = (unit: number): number => (found.marks[unit] ? 0 : unit === found.next ? 1 : 2);
  const order = scores.map((_, unit) => unit).sort((a, b) => scores[a]! - scores[b]! || rank(a) - rank(b));
  const marks = scores.map(() => 0);
  let taken = 0;
  for (const unit of order) {
    if (taken + sizes[unit]! > room) return { marks, taken, next: unit };
    taken += sizes[unit]!;
    marks[unit] = 1;
  }
  return { marks, taken, next: -1 };
}

const prefix = (scores: number[], sizes: number[], room: number, seed = 1) => {
  const { marks, ...rest } = longestPrefix(
    Float32Array.from(scores),
    Uint32Array.from(sizes),
    room,
    ties(seed),
  );
  return { marks: [...marks], ...rest };
};

test('any scores, sizes and room: as a walk along a sort', () => {
  const score = fc.oneof(
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, -0, 1, Math.fround(1 + 2 ** -23), -1, 2),
  );
  const units = fc.array(fc.tuple(score, fc.integer({ min: 1, max: 20 })), { maxLength: 80 });
  fc.assert(
    fc.property(units, fc.double({ min: 0, max: 1.1, noNaN: true }), fc.boolean(), (all, share, whole) => {
      const scores = all.map(([own]) => Math.fround(own));
      const sizes = all.map(([, size]) => size);
      const room = share * sizes.reduce((sum, size) => sum + size, 0);
      const given = whole ? Math.round(room) : room;
      const found = prefix(scores, sizes, given);
      expect(found).toEqual(byWalk(scores, sizes, given, found));
    }),
    { numRuns: 300 },
  );
});

test('by hand', () => {
  expect(prefix([3, 1, 2], [5, 2, 4], 6)).toEqual({ marks: [0, 1, 1], taken: 6, next: 0 });
  expect(prefix([3, 1, 2], [5, 2, 4], 5.9)).toEqual({ marks: [0, 1, 0], taken: 2, next: 2 });
  // A smaller unit behind one that does not fit is not taken in its stead.
  expect(prefix([1, 2, 3], [2, 9, 1], 5)).toEqual({ marks: [1, 0, 0], taken: 2, next: 1 });
  expect(prefix([1, 2], [2, 2], 4)).toEqual({ marks: [1, 1], taken: 4, next: -1 });
  expect(prefix([], [], 0)).toEqual({ marks: [], taken: 0, next: -1 });
});

test('of equal scores any may come first, by the stream', () => {
  const found = Array.from({ length: 60 }, (_, seed) => prefix([1, 1, 1], [2, 2, 2], 3, seed));
  expect(new Set(found.map(({ marks }) => marks.join(''))).size).toBe(3);
  expect(found[9]).toEqual(prefix([1, 1, 1], [2, 2, 2], 3, 9));
});

test('a score that is not finite is refused', () => {
  for (const score of [NaN, Infinity])
    expect(() => prefix([1, score], [1, 1], 1)).toThrow(expect.objectContaining({ code: 'BAD_SCORES' }));
});
