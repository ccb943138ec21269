import * as z from 'zod';
import type { Component } from '../../component.ts';

/** A place in the training that a learning-rate schedule was written for. */
export interface SchedulePlace {
  /** Optimizer steps done before this one, from 0. */
  step: number;
  /** All optimizer steps of the training epochs. */
  steps: number;
  stepsPerEpoch: number;
}

/** A learning-rate schedule. One that changes once an epoch does so as PyTorch's schedulers that are stepped once an epoch. */
export interface LearningRateWith<Options> extends Component {
  /** Rate of the optimizer step at a place. */
  rate(options: Options, place: SchedulePlace): number;
}

export type LearningRate = LearningRateWith<never>;

/** Option of schedules that may move once an epoch or at every step. */
export const per = z
  .enum(['epoch', 'step'])
  .default('epoch')
  .describe('Whether the rate changes once an epoch, or at every optimizer step.');

/** Epochs, or steps, that were done before a place, and all of the training. */
export function progressOf(
  { step, steps, stepsPerEpoch }: SchedulePlace,
  unit: z.infer<typeof per>,
): { done: number; all: number } {
  return unit === 'step'
    ? { done: step, all: steps }
    : { done: Math.floor(step / stepsPerEpoch), all: Math.ceil(steps / stepsPerEpoch) };
}
