import { CascadeError } from '../../common/errors.ts';
import type { RunSpecification } from '../../common/run-specification.ts';
import { epochRates, planRun } from '../trainer/plan.ts';
import { outlineOf, stepsPerEpoch } from './outlines.ts';

/** What a run does when, as its views show it. */
export interface Timetable {
  stepsPerEpoch: number;
  /** Epochs at whose end, or in whose course, weights are pruned, each once. */
  pruningEpochs: number[];
  /** Learning rate of the first step of every epoch; index 0 is epoch 1. */
  rates: number[];
}

/**
 * The timetable of a run.
 *
 * @param knownSteps optimizer steps of a whole epoch, where the run has trained one; else its data tell
 */
export async function timetable(
  specification: RunSpecification,
  knownSteps: number | null,
): Promise<Timetable> {
  let steps = knownSteps;
  if (steps === null) {
    const outline = await outlineOf(specification);
    if (outline instanceof CascadeError) throw outline;
    steps = stepsPerEpoch(specification, outline);
  }
  const plan = planRun(specification, steps);
  return {
    stepsPerEpoch: steps,
    pruningEpochs: [...new Set(plan.prunings.map(({ epoch }) => epoch))],
    rates: epochRates(plan, steps),
  };
}
