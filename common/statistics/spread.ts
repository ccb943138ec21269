import { bootstrapInterval } from './bootstrap.ts';

/** What the band around a mean means. One of them is chosen for a view or a figure, and named wherever it is drawn. */
export const SPREADS = {
  sd: {
    title: 'standard deviation',
    short: '± sd',
    definition:
      'Mean ± one sample standard deviation (n − 1): how far single seeds lie from one another. It does not shrink with more seeds.',
  },
  se: {
    title: 'standard error',
    short: '± se',
    definition: 'Mean ± one standard error, sd ÷ √n: how well the mean is known. It shrinks with more seeds.',
  },
  bootstrap: {
    title: '95% bootstrap interval',
    short: '95% CI',
    definition:
      'Percentile bootstrap interval of the mean: the middle 95% of the means of resamples of the seeds. All resamples are counted up to 8 seeds, 10,000 are drawn of more. Of few seeds it is too narrow.',
  },
} as const;

export type Spread = keyof typeof SPREADS;
export const SPREAD_NAMES = Object.keys(SPREADS) as [Spread, ...Spread[]];

/** A mean over seeds. */
export interface Mean {
  /** Values that it is of. */
  n: number;
  mean: number;
  /** Bounds of the spread; null for fewer than two values, which have none. */
  low: number | null;
  high: number | null;
}

/** @returns null of no values */
export function meanOf(values: readonly number[], spread: Spread): Mean | null {
  const n = values.length;
  if (n === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { n, mean, low: null, high: null };
  if (spread === 'bootstrap') {
    const [low, high] = bootstrapInterval(values, 0.95);
    return { n, mean, low, high };
  }
  const sd = standardDeviation(values, mean);
  const half = spread === 'sd' ? sd : sd / Math.sqrt(n);
  return { n, mean, low: mean - half, high: mean + half };
}

/** Of a sample, from n − 1. @param values at least two */
export function standardDeviation(values: readonly number[], mean: number): number {
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
