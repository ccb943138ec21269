import type * as z from 'zod';
import type { Definition } from '../registry.ts';
import type { Component } from '../component.ts';

/** The training that is retrained after. */
export interface RetrainingContext {
  /** Optimizer steps of the training epochs, and of one of them. */
  steps: number;
  stepsPerEpoch: number;
  /** Rate of a step of the training, from 0. */
  trainingRate(step: number): number;
}

/** What happens to weights, batch norm's statistics and the optimizer's state before a round of retraining. */
export type RetrainingStart = 'continue' | 'rewind' | 'reinitialise';

/**
 * What happens after the training epochs, and after each round of an iterative schedule: further steps, and the rate of
 * each (Renda et al., ICLR 2020, section 2).
 */
export interface RetrainingWith<Options> extends Component {
  start: RetrainingStart;
  /** Optimizer steps of a round. */
  steps(options: Options, context: RetrainingContext): number;
  /** Rate of a step of a round, from 0. */
  rate(options: Options, step: number, context: RetrainingContext): number;
  /** For 'rewind': the training step whose weights come back; 0 is the initial ones. */
  rewindTo?(options: Options, context: RetrainingContext): number;
  /** Why these options do not go with this training, or null. */
  refusal(options: Options, context: RetrainingContext): string | null;
}

export type Retraining = RetrainingWith<never>;

/** A retraining with its options typed by their schema. */
export function defineRetraining<S extends z.ZodObject>(
  definition: Definition<S, RetrainingWith<z.infer<S>>>,
): Retraining {
  return definition;
}
