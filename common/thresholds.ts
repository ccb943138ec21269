/**
 * The ladder of thresholds τ at which a kept weight counts as shed (|w| ≤ τ). A threshold is absolute, or
 * relative to σ, the standard deviation of its layer's kernel at pruning time.
 */
export type Threshold = { absolute: number } | { sigma: number };

export const DEFAULT_THRESHOLDS: readonly Threshold[] = [
  { absolute: 1e-2 },
  { absolute: 1e-3 },
  { absolute: 1e-4 },
  { absolute: 1e-6 },
  { absolute: 1e-10 },
  { sigma: 1e-3 },
];

/** The one of them that tables, charts and the command line speak of until a person chooses another. */
export const SHOWN_THRESHOLD = '1e-4';

/** How a threshold is written everywhere: '1e-4', or '1e-3σ' for a relative one. */
export function thresholdLabel(threshold: Threshold): string {
  return 'absolute' in threshold ? exponential(threshold.absolute) : `${exponential(threshold.sigma)}σ`;
}

/** Index of a label ('1e-4', '0.0001', '1e-3σ', '1e-3sigma') in a ladder, or -1. */
export function thresholdIndex(ladder: readonly Threshold[], label: string): number {
  const relative = /(σ|\s*sigma)$/i.test(label);
  const value = Number(label.replace(/(σ|\s*sigma)$/i, ''));
  return ladder.findIndex((threshold) =>
    'absolute' in threshold
      ? !relative && threshold.absolute === value
      : relative && threshold.sigma === value,
  );
}

/** The absolute thresholds of a ladder for a layer with the given σ, as float32, in the ladder's order. */
export function absoluteThresholds(ladder: readonly Threshold[], sigma: number): Float32Array {
  return Float32Array.from(ladder, (threshold) =>
    'absolute' in threshold ? threshold.absolute : threshold.sigma * sigma,
  );
}

function exponential(value: number): string {
  return value.toExponential().replace('e+', 'e');
}

/** The label of a threshold however it is written ('1e-4', '0.0001', '1e-3σ', '1e-3 sigma'); null of what is none. */
export function thresholdKey(text: string): string | null {
  const [, digits, sigma] = /^([0-9.]+(?:e[+-]?[0-9]+)?)\s*(σ|sigma)?$/i.exec(text.trim()) ?? [];
  const value = Number(digits);
  if (digits === undefined || !(value > 0) || !Number.isFinite(value)) return null;
  return thresholdLabel(sigma === undefined ? { absolute: value } : { sigma: value });
}
