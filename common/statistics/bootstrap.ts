/**
 * The percentile bootstrap of a mean (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). Of few values all
 * resamples are counted, so that there is no chance in it; of more a fixed sequence of resamples is drawn, so that the same values
 * give the same interval everywhere.
 */

/** Up to so many values all resamples are counted: 6,435 different ones of 8. */
const MOST_COUNTED = 8;
const RESAMPLES = 10_000;
const SEED = 0x9e3779b9;

/** @param values at least two @param level such as 0.95 @returns bounds of the interval of the mean */
export function bootstrapInterval(values: readonly number[], level: number): [low: number, high: number] {
  const tail = (1 - level) / 2;
  const means = values.length <= MOST_COUNTED ? countedMeans(values) : drawnMeans(values);
  means.sort((one, other) => one.mean - other.mean);
  return [boundOf(means, tail), boundOf(means.reverse(), tail)];
}

/** A mean of a resample, and how often it comes. */
interface ResampledMean {
  mean: number;
  weight: number;
}

/** The first mean, in order, at which the tail is full. */
function boundOf(means: readonly ResampledMean[], tail: number): number {
  const all = means.reduce((sum, { weight }) => sum + weight, 0);
  let passed = 0;
  for (const { mean, weight } of means) {
    passed += weight;
    // Weights are whole numbers; their share is not.
    if (passed >= tail * all - 1e-9) return mean;
  }
  return means.at(-1)!.mean;
}

/** Every resample by how often it takes each value: n! ÷ Π times of nⁿ. */
function countedMeans(values: readonly number[]): ResampledMean[] {
  const n = values.length;
  const found: ResampledMean[] = [];
  const take = (index: number, left: number, sum: number, weight: number): void => {
    if (index === n - 1) {
      found.push({ mean: (sum + left * values[index]!) / n, weight: weight / factorial(left) });
      return;
    }
    for (let times = 0; times <= left; times++)
      take(index + 1, left - times, sum + times * values[index]!, weight / factorial(times));
  };
  take(0, n, 0, factorial(n));
  return found;
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

function drawnMeans(values: readonly number[]): ResampledMean[] {
  let state = SEED;
  // Mulberry32: a fixed sequence, not a source of secrets.
  const below = (bound: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
  return Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let draw = 0; draw < values.length; draw++) sum += values[below(values.length)]!;
    return { mean: sum / values.length, weight: 1 };
  });
}
