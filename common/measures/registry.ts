import { accuracyOverControl } from './accuracy-over-control.ts';
import { channels } from './channels.ts';
import { classAccuracy } from './class-accuracy.ts';
import { compression } from './compression.ts';
import { controlShed } from './control-shed.ts';
import { correct } from './correct.ts';
import { deadOnData } from './dead-on-data.ts';
import { evaluationSeconds } from './evaluation-seconds.ts';
import { examples } from './examples.ts';
import { excess } from './excess.ts';
import { freed } from './freed.ts';
import { freedChannels } from './freed-channels.ts';
import { freedMedian } from './freed-median.ts';
import { gradientNorm } from './gradient-norm.ts';
import { heldMedian } from './held-median.ts';
import { inertAtLeast } from './inert-at-least.ts';
import { learningRate } from './learning-rate.ts';
import { learningRateLast } from './learning-rate-last.ts';
import { learningRateMean } from './learning-rate-mean.ts';
import { macs } from './macs.ts';
import { meanMagnitude } from './mean-magnitude.ts';
import { measurementSeconds } from './measurement-seconds.ts';
import { norm } from './norm.ts';
import { parameters } from './parameters.ts';
import { previousMaskControlShed } from './previous-mask-control-shed.ts';
import { previousMaskExcess } from './previous-mask-excess.ts';
import { pruned } from './pruned.ts';
import { shed } from './shed.ts';
import { speedUp } from './speed-up.ts';
import { steps } from './steps.ts';
import { testAccuracy } from './test-accuracy.ts';
import { testLoss } from './test-loss.ts';
import { testTopFive } from './test-top-five.ts';
import { trainAccuracy } from './train-accuracy.ts';
import { trainLoss } from './train-loss.ts';
import { trainingSeconds } from './training-seconds.ts';
import { validationAccuracy } from './validation-accuracy.ts';
import { validationLoss } from './validation-loss.ts';
import { validationTopFive } from './validation-top-five.ts';
import { weights } from './weights.ts';
import { zero } from './zero.ts';
import type { Measure, MeasureLevel, Reckoning } from './measure.ts';

/** All numbers that are measured, in the order of the CSV tables' columns. */
export const MEASURES = [
  learningRate,
  learningRateMean,
  learningRateLast,
  steps,
  trainLoss,
  trainAccuracy,
  validationLoss,
  validationAccuracy,
  validationTopFive,
  testLoss,
  testAccuracy,
  accuracyOverControl,
  testTopFive,
  pruned,
  zero,
  inertAtLeast,
  deadOnData,
  shed,
  controlShed,
  excess,
  previousMaskControlShed,
  previousMaskExcess,
  channels,
  freedChannels,
  freed,
  freedMedian,
  heldMedian,
  norm,
  meanMagnitude,
  gradientNorm,
  macs,
  weights,
  parameters,
  compression,
  speedUp,
  trainingSeconds,
  evaluationSeconds,
  measurementSeconds,
  examples,
  correct,
  classAccuracy,
] as const satisfies readonly Measure[];

export type MeasureId = (typeof MEASURES)[number]['id'];

/** Measures that compute their value from a kernel after an epoch. */
export const RECKONED_MEASURES = MEASURES.filter(
  (measure: Measure): measure is (typeof MEASURES)[number] & { reckoning: Reckoning } =>
    measure.reckoning !== undefined,
);

/** Measures of a run, an epoch, a layer or a class. */
export function measuresOf(level: MeasureLevel): Measure[] {
  return MEASURES.filter((measure: Measure) => measure[level] !== undefined);
}
