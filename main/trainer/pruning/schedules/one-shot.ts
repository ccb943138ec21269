import * as z from 'zod';
import { duration, stepsOf } from '../../../../common/study/duration.ts';
import { defineSchedule } from './schedule.ts';

const options = z.strictObject({
  name: z.literal('one-shot'),
  epoch: duration(0).describe(
    'Training epoch after which all weights are pruned at once; 0 is at initialisation.',
  ),
});

export const oneShot = defineSchedule({
  name: 'one-shot',
  title: 'All at once after an epoch',
  source: 'Frankle & Carbin, ICLR 2019, arXiv 1803.03635, section 1',
  options,
  steps: (given, { stepsPerEpoch, sparsity }) => [{ step: stepsOf(given.epoch, stepsPerEpoch), sparsity }],
  refusal({ epoch }, { steps, stepsPerEpoch }) {
    return stepsOf(epoch, stepsPerEpoch) > steps
      ? `pruning after ${typeof epoch === 'number' ? `epoch ${epoch}` : epoch} never happens: there are only ${Math.ceil(steps / stepsPerEpoch)} training epochs (${steps} steps)`
      : null;
  },
});
