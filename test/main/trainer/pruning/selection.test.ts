import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generator, integers, normals } from '../../../../main/trainer/random.ts';
import { keptScores, selectLowest } from '../../../../main/trainer/pruning/selection.ts';
import { ties } from './layers.ts';

/** Whether exactly `count` are marked, and none that is not marked is lower than one that is; −0 equals 0. */
function areLowest(marks: Uint8Array, scores: Float32Array, count: number): boolean {
  let [marked, highest, lowest] = [0, -Infinity, Infinity];
  for (let index = 0; index < scores.length; index++)
    if (marks[index] === 1) {
      marked++;
      highest = Math.max(highest, scores[index]!);
    } else lowest = Math.min(lowest, scores[index]!);
  return marks.length === scores.length && marked === count && highest <= lowest;
}

const agrees = (scores: Float32Array, count: number): boolean =>
  areLowest(selectLowest(scores, count, ties()), scores, count);

const SPECIAL = [0, -0, 1, -1, 1e-45, -1e-45, 1.17549435e-38, 3.4028234663852886e38, -3.4028234663852886e38];

describe('few scores', () => {
  const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
  const tied = fc.constantFrom(...SPECIAL.map(Math.fround));

  test('any finite scores, any count: as many, and the lowest', () => {
    const scores = fc.array(fc.oneof(finite, tied), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(scores, fc.nat(), (values, number) => {
        const count = number % (values.length + 1);
        return agrees(Float32Array.from(values), count);
      }),
      { numRuns: 60 },
    );
  });

  test('exactly k for every k, and each choice contains the one before', () => {
    const scores = Float32Array.from([...SPECIAL, ...SPECIAL, 0.5, -0.5]);
    let before = selectLowest(scores, 0, ties());
    for (let count = 0; count <= scores.length; count++) {
      const chosen = selectLowest(scores, count, ties());
      expect(chosen.reduce((sum, mark) => sum + mark, 0)).toBe(count);
      expect(before.every((mark, index) => mark <= chosen[index]!)).toBe(true);
      expect(areLowest(chosen, scores, count)).toBe(true);
      before = chosen;
    }
  });

  test('of equal scores any is as likely to go, and −0 equals 0', () => {
    const scores = Float32Array.of(2, -0, 1, 0, 2, 0, -0);
    const seeds = 400;
    const taken = scores.map(() => 0);
    for (let seed = 0; seed < seeds; seed++)
      selectLowest(scores, 2, ties(seed)).forEach((mark, index) => (taken[index]! += mark));
    for (const [index, count] of taken.entries())
      if (scores[index] !== 0) expect(count).toBe(0);
      // Five standard deviations of a binomial draw.
      else expect(Math.abs(count - seeds / 2)).toBeLessThan(5 * Math.sqrt(seeds / 4));
  });

  test('the same stream makes the same choice, and none is drawn from where all equal ones go', () => {
    const scores = Float32Array.of(2, 1, 2, 1, 2, 2);
    expect(selectLowest(scores, 4, ties(5))).toEqual(selectLowest(scores, 4, ties(5)));
    const stream = ties();
    expect([...selectLowest(scores, 2, stream)]).toEqual([0, 1, 0, 1, 0, 0]);
    expect(stream.next()).toBe(ties().next());
  });

  test('a part of a larger buffer is read as that part', () => {
    const scores = Float32Array.of(-9, 3, 1, 2, -9).subarray(1, 4);
    expect([...selectLowest(scores, 1, ties())]).toEqual([0, 1, 0]);
  });

  test('leaves the scores as they are', () => {
    const scores = Float32Array.of(3, 1, 2);
    selectLowest(scores, 2, ties());
    expect([...scores]).toEqual([3, 1, 2]);
  });
});

describe('many scores, which are bracketed by a sample', () => {
  // With 2^17 scores the sample takes every fourth: enough to mislead it on purpose.
  const MANY = 1 << 17;
  const draw = (purpose: string): Float64Array => normals(MANY, generator(1, purpose));

  const populations: [string, Float32Array][] = [
    ['normal, of both signs', Float32Array.from(draw('a'))],
    [
      'magnitudes, of a length that the sample does not divide',
      Float32Array.from(draw('b').slice(0, MANY - 3), Math.abs),
    ],
    ['of every magnitude that float32 has', Float32Array.from(draw('c'), (x) => x * 2 ** (25 * x))],
    ['ascending', Float32Array.from(draw('d')).sort()],
    ['all equal', new Float32Array(MANY).fill(0.25)],
    ['seven values', Float32Array.from(integers(MANY, 7, generator(1, 'e')), (x) => x / 7)],
    [
      'mostly zeros of both signs',
      Float32Array.from(draw('f'), (x, index) => (x > 1 ? x : index % 2 ? 0 : -0)),
    ],
    [
      'a sample that is all below the rest',
      Float32Array.from(draw('g'), (x, index) => Math.abs(x) + (index % 4 ? 10 : 0)),
    ],
    [
      'a sample that is all above the rest',
      Float32Array.from(draw('h'), (x, index) => Math.abs(x) + (index % 4 ? 0 : 10)),
    ],
    ['one key apart', Float32Array.from(draw('i'), (x) => (x > 0 ? 1 : 1 + 2 ** -23))],
  ];

  test.each(populations)('%s', (_name, scores) => {
    const n = scores.length;
    const counts = [0, 1, 2, 37, n / 10, n / 4, n / 2 - 1, n / 2, 0.9 * n, n - 1, n].map(Math.floor);
    for (const count of counts) expect(agrees(scores, count), `${count} of ${n}`).toBe(true);
  });
});

test('many equal scores: the choice is spread evenly over them', () => {
  const scores = new Float32Array(1 << 18).fill(0.1);
  const chosen = selectLowest(scores, scores.length / 4, ties());
  for (let part = 0; part < 16; part++) {
    const marked = chosen.subarray(part << 14, (part + 1) << 14).reduce((sum, mark) => sum + mark, 0);
    // Five standard deviations of a binomial draw of a quarter of 2^14.
    expect(Math.abs(marked - 4096)).toBeLessThan(5 * 56);
  }
});

describe('refusals', () => {
  const fill = (length: number, value: number): Float32Array => {
    const scores = Float32Array.from(normals(length, generator(2, 'refused')));
    scores[length - 2] = value;
    return scores;
  };
  test.each([NaN, Infinity, -Infinity])('a score of %s, wherever it would fall', (value) => {
    for (const length of [3, 1 << 17])
      for (const count of [0, 1, length >> 1, length])
        expect(() => selectLowest(fill(length, value), count, ties())).toThrow(
          expect.objectContaining({ code: 'BAD_SCORES' }),
        );
  });

  test('NaN of any sign and payload', () => {
    for (const bits of [0x7f800001, 0x7fffffff, 0xff800001, 0xffffffff, 0xffc00000]) {
      const scores = new Float32Array(3);
      new Uint32Array(scores.buffer)[1] = bits;
      expect(() => selectLowest(scores, 1, ties())).toThrow(expect.objectContaining({ code: 'BAD_SCORES' }));
    }
  });

  test.each([-1, 4, 1.5, NaN])('a count of %s of 3', (count) => {
    expect(() => selectLowest(new Float32Array(3), count, ties())).toThrow(
      expect.objectContaining({ code: 'BAD_COUNT' }),
    );
  });
});

test('the scores of kept weights, in order', () => {
  expect([...keptScores(Float32Array.of(1, 2, 3, 4), Uint8Array.of(1, 0, 0, 1))]).toEqual([1, 4]);
  expect([...keptScores(Float32Array.of(1, 2), Uint8Array.of(1, 1))]).toEqual([1, 2]);
  expect([...keptScores(Float32Array.of(1, 2), Uint8Array.of(0, 0))]).toEqual([]);
});
