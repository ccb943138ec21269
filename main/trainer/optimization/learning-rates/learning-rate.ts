import type { CatalogueEntry } from '../../../../common/catalogue.ts';
import type { NamedOptions } from '../../../../common/run-specification.ts';

/** A place in the training that a learning-rate schedule was written for. */
export interface SchedulePlace {
  /** Optimizer steps done before this one, from 0. */
  step: number;
  /** All optimizer steps of the training epochs. */
  steps: number;
  stepsPerEpoch: number;
}

/** A learning-rate schedule. One that changes once an epoch does so as PyTorch's schedulers that are stepped once an epoch. */
export interface LearningRate extends CatalogueEntry {
  /** Rate of the optimizer step at a place. */
  rate(options: NamedOptions, place: SchedulePlace): number;
}

/** Epoch of a place, from 1, and all epochs of the training. */
export function epochOf({ step, steps, stepsPerEpoch }: SchedulePlace): { epoch: number; epochs: number } {
  return { epoch: Math.floor(step / stepsPerEpoch) + 1, epochs: Math.ceil(steps / stepsPerEpoch) };
}
