/** What curves may be drawn against beside any measure: how far a run had come after each of its epochs. */
export const CURVE_AXES = ['epoch', 'step', 'seconds'] as const;
export type CurveAxis = (typeof CURVE_AXES)[number];

/** How an axis is called. Seconds are those of the run's own work: pauses and interruptions are left out. */
export const AXIS_TITLES: Readonly<Record<CurveAxis, string>> = {
  epoch: 'Epoch',
  step: 'Step',
  seconds: 'Wall time (s)',
};
