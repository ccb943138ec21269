import type { WeightForecast, WeightHistory } from '../../common/contract/weight-schemas.ts';
import { ACTIVE, INERT, PRUNED, SHED } from '../../common/cascade/composition.ts';
import { INERT_PLANE, PRUNED_PLANE, shedPlane } from '../../common/records.ts';
import type { Threshold } from '../../common/thresholds.ts';

/** What is known of |w| after an epoch: its value, or bounds from the thresholds that it is below and above. */
export interface Magnitude {
  epoch: number;
  /** Null where no checkpoint tells it. */
  value: number | null;
  /** Below or at; Infinity where it is above every threshold. */
  most: number;
  /** Above; 0 where it is below every threshold. */
  least: number;
  /** ACTIVE, SHED, INERT or PRUNED at the chosen threshold, as in the matrix. */
  state: number;
}

function isSet(state: number, plane: number): boolean {
  return ((state >> plane) & 1) === 1;
}

/** Thresholds of a ladder as numbers; null for one relative to a σ that is not known. */
export function thresholdValues(
  ladder: readonly Threshold[],
  sigma: number | null | undefined,
): (number | null)[] {
  return ladder.map((threshold) => {
    if ('absolute' in threshold) return threshold.absolute;
    return sigma === null || sigma === undefined ? null : threshold.sigma * sigma;
  });
}

/** As `WeightPlanes.stateOf`. */
function stateAt(state: number, threshold: number): number {
  if (isSet(state, PRUNED_PLANE)) return PRUNED;
  if (isSet(state, shedPlane(threshold))) return SHED;
  return isSet(state, INERT_PLANE) ? INERT : ACTIVE;
}

/**
 * What is known of |w| after each epoch.
 *
 * @param thresholds those of the ladder
 * @param chosen position of the one at which states are told
 */
export function magnitudes(
  { epochs, states, values }: Pick<WeightHistory, 'epochs' | 'states' | 'values'>,
  thresholds: readonly (number | null)[],
  chosen: number,
): Magnitude[] {
  return epochs.map((epoch, place) => {
    const state = states[place]!;
    const value = values[place] ?? null;
    let [least, most] = [0, Infinity];
    thresholds.forEach((threshold, position) => {
      if (threshold === null) return;
      if (isSet(state, shedPlane(position))) most = Math.min(most, threshold);
      else least = Math.max(least, threshold);
    });
    const isPruned = isSet(state, PRUNED_PLANE);
    return {
      epoch,
      value: value === null ? null : Math.abs(value),
      most: isPruned ? 0 : most,
      least: isPruned ? 0 : least,
      state: stateAt(state, chosen),
    };
  });
}

/** When a weight is foreseen to be at or below a threshold. */
export type Crossing =
  { kind: 'below' } | { kind: 'crosses'; epoch: number } | { kind: 'not-within' } | { kind: 'unknown' };

/** The epochs after which |w| ≤ τ for the first time, by threshold. @param moment whose state is known already */
export function crossings(
  forecast: WeightForecast,
  thresholds: readonly (number | null)[],
  moment: number,
): Crossing[] {
  const { from, start, magnitudes: foreseen } = forecast;
  return thresholds.map((threshold): Crossing => {
    if (threshold === null || from === null || start === null) return { kind: 'unknown' };
    const at = [start, ...foreseen].findIndex((magnitude) => magnitude <= threshold);
    if (at < 0) return { kind: 'not-within' };
    return from + at <= moment ? { kind: 'below' } : { kind: 'crosses', epoch: from + at };
  });
}

/** A logarithmic axis from the bottom (0) to the top (1), in whole decades. */
export interface DecadeAxis {
  /** Exponents of ten at both ends. */
  low: number;
  high: number;
  place(value: number): number;
}

/** Decades below which an axis ends at the latest: what is smaller stands at its foot. */
const MOST_DECADES = 16;

/** An axis that has all of these numbers; of none of them, one decade below 1. */
export function decadeAxis(values: readonly number[]): DecadeAxis {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const high = positive.length === 0 ? 0 : Math.ceil(Math.log10(Math.max(...positive)) - 1e-9) + 0;
  const least = positive.length === 0 ? -1 : Math.floor(Math.log10(Math.min(...positive)) + 1e-9);
  const low = Math.max(Math.min(least, high - 1), high - MOST_DECADES);
  return {
    low,
    high,
    place: (value) => (value <= 0 ? 0 : Math.min(1, Math.max(0, (Math.log10(value) - low) / (high - low)))),
  };
}
