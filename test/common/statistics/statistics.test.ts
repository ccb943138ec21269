import { describe, expect, test } from 'vitest';
import { bootstrapInterval } from '../../../common/statistics/bootstrap.ts';
import { pairedDifferences } from '../../../common/statistics/paired.ts';
import { meanOf } from '../../../common/statistics/spread.ts';

describe('a mean over seeds', () => {
  test('standard deviation of a sample, and standard error, by hand', () => {
    // Deviations −2, −1, 0, 1, 2: squares 10, over n − 1 = 4.
    const values = [1, 2, 3, 4, 5];
    expect(meanOf(values, 'sd')).toEqual({
      n: 5,
      mean: 3,
      low: 3 - Math.sqrt(2.5),
      high: 3 + Math.sqrt(2.5),
    });
    const se = Math.sqrt(2.5) / Math.sqrt(5);
    expect(meanOf(values, 'se')).toEqual({ n: 5, mean: 3, low: 3 - se, high: 3 + se });
  });
  test('one value has no spread, and none has no mean', () => {
    expect(meanOf([2], 'bootstrap')).toEqual({ n: 1, mean: 2, low: null, high: null });
    expect(meanOf([], 'sd')).toBeNull();
  });
});

describe('bootstrap', () => {
  /** All nⁿ resamples, one by one. */
  function bruteForce(values: readonly number[], level: number): [number, number] {
    const n = values.length;
    const means = Array.from({ length: n ** n }, (_, code) => {
      let [rest, sum] = [code, 0];
      for (let draw = 0; draw < n; draw++) {
        sum += values[rest % n]!;
        rest = Math.floor(rest / n);
      }
      return sum / n;
    }).sort((a, b) => a - b);
    const tail = ((1 - level) / 2) * means.length;
    return [means[Math.ceil(tail - 1e-9) - 1]!, means[means.length - Math.ceil(tail - 1e-9)]!];
  }

  test.each([
    [[0.3, 0.1]],
    [[0.4, 0.1, 0.2]],
    [[3, 1, 4, 1]],
    [[0.569, 0.61, 0.542, 0.588, 0.575]],
    [[1, 2, 4, 8, 16, 32]],
  ])('of few values every resample counts: %j', (values) => {
    const [low, high] = bootstrapInterval(values, 0.95);
    const [expectedLow, expectedHigh] = bruteForce(values, 0.95);
    expect(low).toBeCloseTo(expectedLow, 12);
    expect(high).toBeCloseTo(expectedHigh, 12);
  });
  test('of more values it is drawn, the same each time, and near to what the mean’s error says', () => {
    const values = Array.from({ length: 40 }, (_, index) => Math.sin(index * 12.9898) * 10);
    const [low, high] = bootstrapInterval(values, 0.95);
    expect(bootstrapInterval(values, 0.95)).toEqual([low, high]);
    const { mean, low: under } = meanOf(values, 'se')!;
    const half = 1.96 * (mean - under!);
    expect((high - low) / 2 / half).toBeGreaterThan(0.9);
    expect((high - low) / 2 / half).toBeLessThan(1.1);
    expect(Math.abs((high + low) / 2 - mean)).toBeLessThan(0.1 * half);
  });
  test('it mirrors its values', () => {
    const [low, high] = bootstrapInterval([1, 2, 5, 7], 0.95);
    expect(bootstrapInterval([-1, -2, -5, -7], 0.95)).toEqual([-high, -low]);
  });
});

describe('pairs', () => {
  test('differences at equal seeds, and the seeds that one side alone has', () => {
    const one = [0, 1, 3].map((seed) => ({ seed, value: 10 + seed }));
    const other = [3, 0, 2].map((seed) => ({ seed, value: 2 * seed }));
    expect(pairedDifferences(one, other)).toEqual({ seeds: [0, 3], differences: [10, 7], unpaired: [1, 2] });
  });
  test('two runs of a seed on one side are refused', () => {
    const twice = [1, 1].map((seed) => ({ seed, value: 0 }));
    expect(() => pairedDifferences(twice, [])).toThrow('Seed 1 has several runs');
  });
});
