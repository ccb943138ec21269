import type { WeightForecast } from '../../common/contract/weight-schemas.ts';
import type { RunSpecification } from '../../common/run-specification.ts';
import { optimizers } from './optimization/optimizers/registry.ts';
import { planTraining, rateOf, stageOf, stepsOfEpoch } from './training-plan.ts';

/** A weight after an epoch, with the optimizer's state of it. */
export interface ForecastStart {
  epoch: number;
  value: number;
  /** By slot. */
  slots: Readonly<Record<string, number>>;
  /** Optimizer steps done over the whole run. */
  step: number;
}

export interface ForecastAsked {
  specification: RunSpecification;
  /** Optimizer steps of a whole epoch. */
  stepsPerEpoch: number;
  state: ForecastStart;
  /** The moment, at which the weight is known to have been free since the state. */
  epoch: number;
}

/** Steps that are followed at most: more than a network on ImageNet is trained for, and about a second of work. */
const MOST_STEPS = 2_000_000;

/**
 * What the optimizer alone makes of a weight: its free steps at every step's own rate, from its real state, to the end of the run
 * or to where weights are set back or drawn anew. It rounds as training does, so that of a weight whose gradient is exactly zero it
 * tells every later value to the bit, where the update was not compiled otherwise.
 */
export function forecastWeight({
  specification,
  stepsPerEpoch,
  state,
  epoch: moment,
}: ForecastAsked): WeightForecast {
  const plan = planTraining(specification, stepsPerEpoch);
  const optimizer = optimizers.open(specification.optimizer);
  const slots = optimizer.slots.map((slot) => state.slots[slot]);
  if (slots.some((slot) => slot === undefined)) return noForecast('no-checkpoint');
  if (state.epoch >= plan.epochs) return noForecast('ended');
  const freeStep = optimizer.freeStep();
  const followed = {
    weight: Float32Array.of(state.value),
    slots: slots.map((slot) => Float32Array.of(slot!)),
  };
  const magnitudes: number[] = [];
  let end: WeightForecast['end'] = 'run';
  let { step } = state;
  let left = MOST_STEPS;
  for (let epoch = state.epoch + 1; epoch <= plan.epochs; epoch++) {
    const stage = stageOf(plan, epoch);
    const steps = stepsOfEpoch(plan, epoch, stepsPerEpoch);
    if (stage.firstEpoch === epoch && stage.start !== 'continue')
      end = stage.start === 'rewind' ? 'rewound' : 'reinitialised';
    else if (steps > left) end = 'limit';
    if (end !== 'run') break;
    for (let within = 0; within < steps; within++) {
      step += 1;
      const scalars = optimizer.scalars(rateOf(plan, epoch, within, stepsPerEpoch), step);
      // As the device has them.
      freeStep(followed, scalars.map(Math.fround));
    }
    left -= steps;
    magnitudes.push(Math.abs(followed.weight[0]!));
  }
  if (state.epoch + magnitudes.length < moment) return noForecast('no-checkpoint');
  if (magnitudes.length === 0) return noForecast('ended');
  const start = Math.abs(state.value);
  if (magnitudes.every((magnitude) => magnitude === start) && start > 0) return noForecast('no-decay');
  const ratio = magnitudes[0]! / start;
  return {
    none: null,
    from: state.epoch,
    start,
    magnitudes,
    tenfold: ratio > 0 && ratio < 1 ? -1 / Math.log10(ratio) : null,
    end,
  };
}

/** An answer that says why there is no forecast. */
export function noForecast(none: NonNullable<WeightForecast['none']>): WeightForecast {
  return { none, from: null, start: null, magnitudes: [], tenfold: null, end: null };
}
