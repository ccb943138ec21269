import type { CurveAxis } from '../curve-axes.ts';
import type { MeasureId } from './registry.ts';

/** Measures of an epoch that add up, epoch by epoch, to the place on an axis; none for that of the epochs themselves. */
export const AXIS_SUMS: Readonly<Record<CurveAxis, readonly MeasureId[]>> = {
  epoch: [],
  step: ['steps'],
  seconds: ['trainingSeconds', 'evaluationSeconds', 'measurementSeconds'],
};
