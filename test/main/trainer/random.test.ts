import { describe, expect, it } from 'vitest';
import {
  generator,
  integer,
  integers,
  murmur3,
  normals,
  permutation,
  uniforms,
} from '../../../main/trainer/random.ts';

const first = (...parts: Parameters<typeof generator>): number => generator(...parts).next();

describe('pinned values: a change here changes every run ever made', () => {
  it('words', () => {
    const random = generator(7, 'batch order', 3);
    expect([random.next(), random.next(), random.next()]).toEqual([746378264, -1685625583, -869765648]);
    expect(first(0, '')).toEqual(1448068910);
    expect(first(-1, 'initial weights', 2 ** 40, 5)).toEqual(1510135174);
  });
  it('permutation', () => {
    expect([...permutation(10, generator(7, 'batch order', 1))]).toEqual([8, 5, 2, 4, 6, 3, 9, 0, 7, 1]);
  });
  it('uniforms', () => {
    expect([...uniforms(3, generator(7, 'random criterion', 1, 0))]).toEqual([
      0.8597930073738098, 0.4334765672683716, 0.8266005516052246,
    ]);
  });
  it('normals', () => {
    expect([...normals(3, generator(7, 'initial weights', 0))]).toEqual([
      0.43555727505614145, 0.8230876625069278, 0.3211754809949606,
    ]);
  });
  it('integers', () => {
    expect([...integers(5, 1000, generator(7, 'integers'))]).toEqual([110, 811, 596, 483, 47]);
  });
});

describe('the hash of the parts', () => {
  it('is MurmurHash3_x86_128, as its reference implementation', () => {
    const hex = (words: number[]): string[] => murmur3(words).map((word) => (word >>> 0).toString(16));
    expect(hex([1, 2, 3, 4])).toEqual(['37d6ee17', '3d4a429d', '3dbb9c17', '5b64b81d']);
    expect(hex([0, 0, 0, 0])).toEqual(['5a4075d6', '6b2d3d27', 'd3926c2f', 'eb228a07']);
    expect(hex([1, 2, 3, 4, 5, 6, 7, 8])).toEqual(['201f5493', 'ff6abaf2', 'ff6325bd', '71107d24']);
  });
});

describe('streams', () => {
  it('repeat for the same parts', () => {
    expect([...uniforms(100, generator(3, 'a', 1, 2))]).toEqual([...uniforms(100, generator(3, 'a', 1, 2))]);
  });

  it('differ in every part, however the parts are cut', () => {
    const streams = [
      first(1, 'a'),
      first(2, 'a'),
      first(1, 'b'),
      first(1, 'a', 0),
      first(1, 'a', 0, 0),
      first(1, 'a', 1),
      first(1, 'a', 0, 1),
      first(1, 'a', 1, 0),
      first(1, ''),
      first(1, 'a\u0000'),
      first(1 + 2 ** 32, 'a'),
      first(-1, 'a'),
      first(1, 'a', 2 ** 32),
      first(1, 'a', 2 ** 33),
    ];
    expect(new Set(streams).size).toBe(streams.length);
  });

  it('of neighbouring counters are unrelated', () => {
    const seen = new Set<number>();
    for (let epoch = 0; epoch < 100; epoch++)
      for (let step = 0; step < 100; step++) seen.add(first(0, 'x', epoch, step));
    // 10⁴ draws of 2³²: a repeated one is to be expected once in 86 trials.
    expect(seen.size).toBeGreaterThanOrEqual(9_999);
    const starts = Array.from({ length: 4000 }, (_, epoch) => uniforms(1, generator(0, 'x', epoch))[0]!);
    expect(correlation(starts.slice(1), starts.slice(0, -1))).toBeLessThan(0.06);
  });

  it('refuse counters that would be cut to the same integer', () => {
    for (const bad of [0.5, NaN, Infinity, 2 ** 53])
      expect(() => generator(0, 'a', bad)).toThrow(/Seeds and counters are integers/);
    expect(() => generator(1.5, 'a')).toThrow();
  });
});

describe('distributions', () => {
  it('a permutation holds every number once, each place as likely', () => {
    const counts = Array.from({ length: 5 }, () => new Array<number>(5).fill(0));
    for (let trial = 0; trial < 5000; trial++) {
      const order = permutation(5, generator(trial, 'trial'));
      expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
      order.forEach((value, place) => (counts[place]![value]! += 1));
    }
    // Each count is 1000 ± 28; five deviations.
    for (const count of counts.flat()) expect(Math.abs(count - 1000)).toBeLessThan(142);
  });

  it('uniforms are below 1, float32-exact and even', () => {
    const values = uniforms(200_000, generator(5, 'uniform'));
    expect(Math.max(...values.subarray(0, 50_000))).toBeLessThan(1);
    expect(Math.min(...values.subarray(0, 50_000))).toBeGreaterThanOrEqual(0);
    const bins = new Array<number>(20).fill(0);
    for (const value of values) bins[Math.floor(value * 20)]! += 1;
    const chiSquare = bins.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(43.8); // 19 degrees of freedom, 99.9%
  });

  it('normals have the moments of the standard normal', () => {
    const values = normals(200_001, generator(5, 'normal'));
    const moment = (power: number): number =>
      values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(moment(3)).toBeCloseTo(0, 1);
    expect(moment(4)).toBeCloseTo(3, 0);
    const within = values.filter((value) => Math.abs(value) < 1.959964).length / values.length;
    expect(within).toBeCloseTo(0.95, 2);
  });

  it('integers stay in bounds at every bound, and are even', () => {
    for (const bound of [1, 2, 3, 1000, 2 ** 31 + 1, 2 ** 32 - 1, 2 ** 32]) {
      const random = generator(5, 'integer', bound);
      for (let i = 0; i < 2000; i++) {
        const value = integer(bound, random);
        expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
      }
    }
    const bins = new Array<number>(3).fill(0);
    for (const value of integers(30_000, 3, generator(5, 'three'))) bins[value]! += 1;
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(410);
    // 2³² words for 3·2³⁰ values: without redrawing, every third value would come twice as often.
    const values = integers(30_000, 3 * 2 ** 30, generator(5, 'biased'));
    const thirds = values.filter((value) => value % 3 === 0);
    expect(Math.abs(thirds.length - 10_000)).toBeLessThan(410);
  });

  it('an integer is the high word of word × bound, exactly', () => {
    for (const bound of [7, 60_000, 25_000_000, 4_000_000_007]) {
      const words = [0xffffffff, 0x80000001, 0x12345678];
      for (const word of words) {
        const expected = Number((BigInt(word) * BigInt(bound)) >> 32n);
        const low = Number((BigInt(word) * BigInt(bound)) & 0xffffffffn);
        if (low < bound) continue;
        expect(integer(bound, { next: () => word | 0 })).toBe(expected);
      }
    }
  });
});

function correlation(a: number[], b: number[]): number {
  const average = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [average(a), average(b)];
  const covariance = average(a.map((value, index) => (value - meanA) * (b[index]! - meanB)));
  const deviation = (values: number[], center: number): number =>
    Math.sqrt(average(values.map((value) => (value - center) ** 2)));
  return Math.abs(covariance / (deviation(a, meanA) * deviation(b, meanB)));
}
