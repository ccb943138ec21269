import type { MeasureId } from './registry.ts';

/** What curves may be drawn against beside any measure: how far a run had come after each of its epochs. */
export const CURVE_AXES = ['epoch', 'step', 'seconds'] as const;
export type CurveAxis = (typeof CURVE_AXES)[number];

/** Measures of an epoch that add up, epoch by epoch, to the place on an axis; none for that of the epochs themselves. */
export const AXIS_SUMS: Readonly<Record<CurveAxis, readonly MeasureId[]>> = {
  epoch: [],
  step: ['steps'],
  seconds: ['trainingSeconds', 'evaluationSeconds', 'measurementSeconds'],
};

/** How an axis is called. Seconds are those of the run's own work: pauses and interruptions are left out. */
export const AXIS_TITLES: Readonly<Record<CurveAxis, string>> = {
  epoch: 'Epoch',
  step: 'Step',
  seconds: 'Wall time (s)',
};
