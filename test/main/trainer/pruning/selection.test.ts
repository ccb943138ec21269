import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generator, integers, normals } from '../../../../common/random.ts';
import { keptScores, selectLowest } from '../../../../main/trainer/pruning/selection.ts';

/** What it must equal: a stable sort. Number comparison makes −0 equal 0. */
function byStableSort(scores: Float32Array, count: number): Uint8Array {
  const order = Array.from(scores, (_, index) => index).sort((a, b) => scores[a]! - scores[b]! || a - b);
  const chosen = new Uint8Array(scores.length);
  for (const index of order.slice(0, count)) chosen[index] = 1;
  return chosen;
}

/** Compared as bytes: toEqual on long arrays takes seconds. */
function agrees(scores: Float32Array, count: number): boolean {
  return Buffer.compare(selectLowest(scores, count), byStableSort(scores, count)) === 0;
}

const SPECIAL = [0, -0, 1, -1, 1e-45, -1e-45, 1.17549435e-38, 3.4028234663852886e38, -3.4028234663852886e38];

describe('few scores', () => {
  const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
  const tied = fc.constantFrom(...SPECIAL.map(Math.fround));

  test('any finite scores, any count: as a stable sort', () => {
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
    let before = selectLowest(scores, 0);
    for (let count = 0; count <= scores.length; count++) {
      const chosen = selectLowest(scores, count);
      expect(chosen.reduce((sum, mark) => sum + mark, 0)).toBe(count);
      expect(before.every((mark, index) => mark <= chosen[index]!)).toBe(true);
      expect([...chosen]).toEqual([...byStableSort(scores, count)]);
      before = chosen;
    }
  });

  test('equal scores go by index, and −0 equals 0', () => {
    expect([...selectLowest(Float32Array.of(2, 2, 1, 2, 2), 3)]).toEqual([1, 1, 1, 0, 0]);
    expect([...selectLowest(Float32Array.of(0, -0, 0, -0), 2)]).toEqual([1, 1, 0, 0]);
    expect([...selectLowest(Float32Array.of(1e-45, 0, -0, -1e-45), 2)]).toEqual([0, 1, 0, 1]);
  });

  test('a part of a larger buffer is read as that part', () => {
    const scores = Float32Array.of(-9, 3, 1, 2, -9).subarray(1, 4);
    expect([...selectLowest(scores, 1)]).toEqual([0, 1, 0]);
  });

  test('leaves the scores as they are', () => {
    const scores = Float32Array.of(3, 1, 2);
    selectLowest(scores, 2);
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
    const order = Array.from(scores, (_, index) => index).sort((a, b) => scores[a]! - scores[b]! || a - b);
    for (const count of counts) {
      const wanted = new Uint8Array(n);
      for (let place = 0; place < count; place++) wanted[order[place]!] = 1;
      expect(Buffer.compare(selectLowest(scores, count), wanted), `${count} of ${n}`).toBe(0);
    }
  });
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
        expect(() => selectLowest(fill(length, value), count)).toThrow(
          expect.objectContaining({ code: 'BAD_SCORES' }),
        );
  });

  test('NaN of any sign and payload', () => {
    for (const bits of [0x7f800001, 0x7fffffff, 0xff800001, 0xffffffff, 0xffc00000]) {
      const scores = new Float32Array(3);
      new Uint32Array(scores.buffer)[1] = bits;
      expect(() => selectLowest(scores, 1)).toThrow(expect.objectContaining({ code: 'BAD_SCORES' }));
    }
  });

  test.each([-1, 4, 1.5, NaN])('a count of %s of 3', (count) => {
    expect(() => selectLowest(new Float32Array(3), count)).toThrow(
      expect.objectContaining({ code: 'BAD_COUNT' }),
    );
  });
});

test('the scores of kept weights, in order', () => {
  expect([...keptScores(Float32Array.of(1, 2, 3, 4), Uint8Array.of(1, 0, 0, 1))]).toEqual([1, 4]);
  expect([...keptScores(Float32Array.of(1, 2), Uint8Array.of(1, 1))]).toEqual([1, 2]);
  expect([...keptScores(Float32Array.of(1, 2), Uint8Array.of(0, 0))]).toEqual([]);
});
