import { CascadeError } from '../../common/errors.ts';
import type { RunSpecification } from '../../common/run-specification.ts';
import { planTraining } from '../trainer/training-plan.ts';
import { outlineOf, stepsPerEpoch } from './outlines.ts';

/** Epochs at whose end, or in whose course, a run prunes weights, each once. It takes the outline of the run's data. */
export async function pruningEpochs(specification: RunSpecification): Promise<number[]> {
  const outline = await outlineOf(specification);
  if (outline instanceof CascadeError) throw outline;
  const { prunings } = planTraining(specification, stepsPerEpoch(specification, outline));
  return [...new Set(prunings.map(({ epoch }) => epoch))];
}
