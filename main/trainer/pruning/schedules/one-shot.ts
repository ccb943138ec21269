import * as z from 'zod';
import type { Schedule } from './schedule.ts';

const options = z.strictObject({
  name: z.literal('one-shot'),
  epoch: z
    .int()
    .min(0)
    .describe('Training epoch after which all weights are pruned at once; 0 is at initialisation.'),
});

export const oneShot: Schedule = {
  name: 'one-shot',
  title: 'All at once after an epoch',
  options,
  steps: (given) => [{ epoch: options.parse(given).epoch, share: 1 }],
  refusal(given, trainingEpochs) {
    const { epoch } = options.parse(given);
    return epoch > trainingEpochs
      ? `pruning after epoch ${epoch} never happens: there are only ${trainingEpochs} training epochs; use 0 to ${trainingEpochs}`
      : null;
  },
};
