import * as z from 'zod';
import { duration, stepsOf } from '../../../common/study/duration.ts';
import { defineRetraining } from './retraining.ts';

const options = z.strictObject({
  name: z.literal('weight-rewinding'),
  to: duration(0)
    .default(0)
    .describe('Training epoch (or step, such as 500it) whose weights come back; 0 is the initial ones.'),
});

/**
 * Weight rewinding (Frankle et al., arXiv 1903.01611; Renda et al., ICLR 2020, section 2): the kept weights go back to
 * what they were at a moment of the training, and the rest of the training is done again with the learning rates that it
 * had. Batch norm's statistics and the optimizer's state go back too, as if the masks had been there at that moment.
 */
export const weightRewinding = defineRetraining({
  name: 'weight-rewinding',
  title: 'Set the weights back to an earlier epoch, and train again from there',
  source: 'Frankle et al., arXiv 1903.01611; Renda et al., ICLR 2020, arXiv 2003.02389, section 2',
  options,
  start: 'rewind',
  steps: ({ to }, { steps, stepsPerEpoch }) => steps - stepsOf(to, stepsPerEpoch),
  rate: (given, step, { stepsPerEpoch, trainingRate }) =>
    trainingRate(stepsOf(given.to, stepsPerEpoch) + step),
  rewindTo: ({ to }, { stepsPerEpoch }) => stepsOf(to, stepsPerEpoch),
  refusal({ to }, { steps, stepsPerEpoch }) {
    return stepsOf(to, stepsPerEpoch) >= steps
      ? `weights cannot be rewound to ${typeof to === 'number' ? `epoch ${to}` : to}: training has only ${Math.ceil(steps / stepsPerEpoch)} epochs (${steps} steps), and something must be left to train`
      : null;
  },
});
