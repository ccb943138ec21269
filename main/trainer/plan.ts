import type { RunSpecification } from '../../common/run-specification.ts';
import { learningRates } from './optimization/learning-rates/registry.ts';
import { schedules } from './pruning/schedules/registry.ts';
import type { PruningStep } from './pruning/schedules/schedule.ts';
import { retrainings } from './retraining/registry.ts';

/** What a run does in each epoch, from its specification alone. */
export interface RunPlan {
  /** Training and retraining epochs together. */
  epochs: number;
  /** Learning rate of epoch 1 … epochs; index 0 is epoch 1. */
  rates: number[];
  pruning: PruningStep[];
}

export function planRun(specification: RunSpecification): RunPlan {
  const retraining = retrainings.find(specification.retraining.name);
  const extra = retraining.epochs(specification.retraining);
  return {
    epochs: specification.epochs + extra,
    rates: Array.from({ length: specification.epochs + extra }, (_, index) =>
      rateOf(specification, index + 1),
    ),
    pruning: specification.pruning
      ? schedules.find(specification.pruning.schedule.name).steps(specification.pruning.schedule)
      : [],
  };
}

function rateOf(specification: RunSpecification, epoch: number): number {
  const schedule = learningRates.find(specification.learningRate.name);
  const trainingRate = (trainingEpoch: number): number =>
    schedule.rate(specification.learningRate, {
      step: trainingEpoch - 1,
      steps: specification.epochs,
      stepsPerEpoch: 1,
    });
  if (epoch <= specification.epochs) return trainingRate(epoch);
  return retrainings
    .find(specification.retraining.name)
    .rate(specification.retraining, epoch - specification.epochs, specification.epochs, trainingRate);
}
