import { standardDeviation } from './spread.ts';

/**
 * Welch's test of two means (B. L. Welch, Biometrika 34, 1947), by which the best of a column is told from the others.
 */

const LEVEL = 0.05;
/** How the test is told beside a table. */
export const BEST_TEST =
  'bold: the best mean, and those that Welch’s t-test (two-sided, 5%) does not tell from it';

/** Two-sided p of equal means; null where it cannot be told: fewer than two values, or no spread in either. */
export function welch(one: readonly number[], other: readonly number[]): number | null {
  if (one.length < 2 || other.length < 2) return null;
  const [a, b] = [momentsOf(one), momentsOf(other)];
  const error = a.squaredError + b.squaredError;
  if (error === 0) return a.mean === b.mean ? 1 : null;
  const t = (a.mean - b.mean) / Math.sqrt(error);
  const freedom =
    error ** 2 / (a.squaredError ** 2 / (one.length - 1) + b.squaredError ** 2 / (other.length - 1));
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/** Which groups are best: the one with the best mean, and those whose means do not differ from it by the test. */
export function bestOf(groups: readonly (readonly number[])[], better: 'higher' | 'lower'): boolean[] {
  const sign = better === 'higher' ? 1 : -1;
  const means = groups.map((values) =>
    values.length === 0 ? -Infinity : (sign * values.reduce((sum, value) => sum + value, 0)) / values.length,
  );
  const best = means.indexOf(Math.max(...means));
  if (best === -1 || means[best] === -Infinity) return groups.map(() => false);
  return groups.map((values, index) => {
    if (index === best || means[index] === means[best]) return true;
    const p = welch(values, groups[best] ?? []);
    return p !== null && p >= LEVEL;
  });
}

function momentsOf(values: readonly number[]): { mean: number; squaredError: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, squaredError: standardDeviation(values, mean) ** 2 / values.length };
}

/** The regularized incomplete beta function I_x(a, b), by its continued fraction (Numerical Recipes, 3rd edition, section 6.4). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2)
    ? (front * continuedFraction(x, a, b)) / a
    : 1 - (front * continuedFraction(1 - x, b, a)) / b;
}

/** Lentz's method. */
function continuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const whole = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / whole(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / whole(1 + even * d);
    c = whole(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / whole(1 + odd * d);
    c = whole(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return result;
}

/** ln Γ(x) for x > 0 (Lanczos 1964, with g = 7 and nine terms). */
function logGamma(x: number): number {
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const base = x + 6.5;
  const sum = terms.reduce((total, term, index) => total + term / (x + index), 0.99999999999980993);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(sum);
}
