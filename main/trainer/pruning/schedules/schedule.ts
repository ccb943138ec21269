import type * as z from 'zod';
import type { Definition } from '../../registry.ts';
import type { Component } from '../../component.ts';

/** The training that a schedule prunes in. */
export interface ScheduleContext {
  /** Optimizer steps of the training epochs, and of one of them. */
  steps: number;
  stepsPerEpoch: number;
  /** Share of the chosen layers' weights that the last pruning reaches, 0 < sparsity < 1. */
  sparsity: number;
}

/** One pruning in the course of the training. */
export interface PruningStep {
  /** Optimizer steps of the training done before it: 0 is at initialisation, all of them at its end. */
  step: number;
  /** Share of the chosen layers' weights pruned by then, earlier ones included. */
  sparsity: number;
}

/** When weights are pruned, and how many by then. */
export interface ScheduleWith<Options> extends Component {
  /** Prunings during the training, in order; none for a schedule that prunes in rounds. */
  steps(options: Options, context: ScheduleContext): PruningStep[];
  /**
   * Of an iterative schedule: the sparsity of each round. The first is pruned when training ends, and each other when
   * the retraining of the round before has ended.
   */
  rounds?(options: Options, sparsity: number): number[];
  /** Why the options do not go with this training, or null. */
  refusal(options: Options, context: ScheduleContext): string | null;
}

export type Schedule = ScheduleWith<never>;

/** A schedule with its options typed by their schema. */
export function defineSchedule<S extends z.ZodObject>(
  definition: Definition<S, ScheduleWith<z.infer<S>>>,
): Schedule {
  return definition;
}
