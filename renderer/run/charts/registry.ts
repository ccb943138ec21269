import { accuracy } from './accuracy.ts';
import type { ChartOfRun } from './chart.ts';
import { excess } from './excess.ts';
import { learningRate } from './learning-rate.ts';
import { loss } from './loss.ts';
import { reckoned } from './reckoned.ts';
import { sizes } from './sizes.ts';
import { states } from './states.ts';

/** The charts of a run, in the order in which they are shown. */
export const RUN_CHARTS: readonly ChartOfRun[] = [
  accuracy,
  loss,
  learningRate,
  states,
  excess,
  sizes,
  ...reckoned,
];
