import type { LayerCostSummary } from '../cascade/layer-costs.ts';
import type { ControlKind } from '../controls.ts';
import type { Comparison, EpochSummary, LayerEpoch, RunSummary } from '../contract/schemas.ts';
import type { StoredMeasure } from './stored.ts';

/** What a number is given in: shares and points of 1, natural logarithms, seconds; a magnitude is in the weights' own unit. */
export type MeasureUnit = 'share' | 'points' | 'count' | 'nats' | 'rate' | 'factor' | 'seconds' | 'magnitude';

/** What the numbers of an epoch are read from. */
export interface EpochSource {
  epoch: EpochSummary;
  /** The same epoch in a control of the kind, over the weights that the run keeps; where there is one. */
  compared(against: ControlKind): Comparison | undefined;
}

/** What the numbers of a layer after an epoch are read from. */
export interface LayerSource {
  layer: LayerEpoch;
  compared(against: ControlKind): Comparison | undefined;
  costs: LayerCostSummary;
}

/** What the numbers of a class after an epoch are read from: test images of the class, and those answered rightly. */
export interface ClassSource {
  examples: number | null;
  correct: number;
}

/** A kernel as it stands after an epoch. */
export interface KernelState {
  /** [weights], flattened so that the output channels are the last dimension. Pruned weights are 0. */
  weights: Float32Array;
  /** [weights], 1 where kept. */
  mask: Uint8Array;
  outputChannels: number;
  /** Weights that the mask keeps. */
  kept: number;
  /** Norm of the loss's gradient by the kept weights. */
  gradientNorm: number;
}

/** What a layer brings to the number of its network. */
export interface LayerPart {
  /** Null where the layer has none. */
  value: number | null;
  weights: number;
  kept: number;
}

/** How a measure is reckoned after an epoch: of a kernel by itself, and of the network from its layers. */
export interface Reckoning {
  /** Asked for after every epoch, so one pass over the weights is what it may cost. @returns null where there is none */
  kernel(state: KernelState): number | null;
  network(layers: readonly LayerPart[]): number | null;
}

/**
 * A number that is measured of a run. Tables, charts, the run list, CSV, `cascade measures` and docs/measures.md take its
 * words and its values from here: nothing else names it.
 */
export interface Measure {
  /** As `cascade show --json` has it. */
  id: string;
  /** Column of a CSV table; of several, its beginning. */
  column: string;
  title: string;
  /** The title where there is little room. */
  short?: string;
  unit: MeasureUnit;
  /** What a share is a share of. */
  of?: string;
  definition: string;
  formula?: string;
  /** The paper that it is from, and where in it. */
  source?: string;
  /** Which way is better, where one is. */
  better: 'higher' | 'lower' | null;
  /** Whether it spans orders of magnitude, so that a logarithmic axis suits it. */
  logarithmic: boolean;
  /** Of which there are several numbers: one for each threshold, or for each idea of what may be left out. */
  each?: 'threshold' | 'idea';
  /** How it is reckoned after an epoch, where it is stored by its id: see `reckoning.ts`. */
  reckoning?: Reckoning;
  /** The same numbers by SQL, at every level that they are told of: a test compares both. */
  stored: StoredMeasure;
  /** @param key threshold or idea, where there are several @returns null where it is not known */
  epoch?(source: EpochSource, key: string): number | null;
  layer?(source: LayerSource, key: string): number | null;
  class?(source: ClassSource): number | null;
  /** After the last epoch that was measured. @param control its dense control, where that is known */
  run?(run: RunSummary, key: string, control?: RunSummary): number | null;
}

/** The levels that numbers are told of. */
export const MEASURE_LEVELS = ['run', 'epoch', 'layer', 'class'] as const;
export type MeasureLevel = (typeof MEASURE_LEVELS)[number];

/** A measure that is known by its id in types, too. */
export function defineMeasure<const Id extends string>(
  measure: Measure & { id: Id },
): Measure & { readonly id: Id } {
  return measure;
}
