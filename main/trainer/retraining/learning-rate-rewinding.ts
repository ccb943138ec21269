import * as z from 'zod';
import { duration, stepsOf } from '../../../common/study/duration.ts';
import { defineRetraining } from './retraining.ts';

const options = z.strictObject({
  name: z.literal('learning-rate-rewinding'),
  epochs: duration(1).describe('Epochs by which the learning-rate schedule is rewound, and replayed.'),
});

/** Learning-rate rewinding: keeps the weights, replays the schedule's last `epochs` epochs (Renda et al., ICLR 2020, section 2). */
export const learningRateRewinding = defineRetraining({
  name: 'learning-rate-rewinding',
  title: 'Keep the weights, replay the last part of the learning-rate schedule',
  source: 'Renda et al., ICLR 2020, arXiv 2003.02389, section 2',
  options,
  start: 'continue',
  steps: ({ epochs }, { stepsPerEpoch }) => stepsOf(epochs, stepsPerEpoch),
  rate(given, step, { steps, stepsPerEpoch, trainingRate }) {
    return trainingRate(steps - stepsOf(given.epochs, stepsPerEpoch) + step);
  },
  refusal({ epochs }, { steps, stepsPerEpoch }) {
    return stepsOf(epochs, stepsPerEpoch) > steps
      ? `the schedule cannot be rewound by ${typeof epochs === 'number' ? `${epochs} epochs` : epochs}: training has only ${Math.ceil(steps / stepsPerEpoch)} epochs (${steps} steps)`
      : null;
  },
});
