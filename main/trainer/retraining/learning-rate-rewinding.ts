import * as z from 'zod';
import type { Retraining } from './retraining.ts';

const options = z.strictObject({
  name: z.literal('learning-rate-rewinding'),
  epochs: z
    .int()
    .min(1)
    .max(10_000)
    .describe('Epochs by which the learning-rate schedule is rewound, and replayed.'),
});

/** Learning-rate rewinding: keeps the weights, replays the schedule's last `epochs` epochs (Renda et al., ICLR 2020, section 2). */
export const learningRateRewinding: Retraining = {
  name: 'learning-rate-rewinding',
  title: 'Keep the weights, replay the last part of the learning-rate schedule',
  options,
  epochs: (given) => options.parse(given).epochs,
  rate: (given, epoch, trainingEpochs, trainingRate) =>
    trainingRate(trainingEpochs - options.parse(given).epochs + epoch),
  refusal(given, trainingEpochs) {
    const { epochs } = options.parse(given);
    return epochs > trainingEpochs
      ? `the schedule can not be rewound by ${epochs} epochs: training has only ${trainingEpochs}; use at most ${trainingEpochs}`
      : null;
  },
};
