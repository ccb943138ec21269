import * as z from 'zod';
import { duration, stepsOf } from '../../../../common/study/duration.ts';
import { defineSchedule, type PruningStep } from './schedule.ts';

const options = z.strictObject({
  name: z.literal('listed'),
  prunings: z
    .array(
      z.strictObject({
        after: duration(0).describe('Epochs or steps of the training done before; 0 is at initialisation.'),
        sparsity: z.number().gt(0).lt(1).describe('Share of the chosen weights pruned by then.'),
      }),
    )
    .min(1)
    .max(10_000)
    .describe('Every pruning by hand, in order; the last reaches the sparsity of the pruning.'),
});

export const listed = defineSchedule({
  name: 'listed',
  title: 'Prunings listed by hand',
  options,
  steps: (given, { stepsPerEpoch }) => stepsListed(given, stepsPerEpoch),
  refusal(given, context) {
    const prunings = stepsListed(given, context.stepsPerEpoch);
    const last = prunings.at(-1)!;
    if (prunings.some(({ step }, index) => index > 0 && step <= prunings[index - 1]!.step))
      return 'the prunings must stand in the order of their times, each after the one before';
    if (prunings.some(({ sparsity }, index) => index > 0 && sparsity <= prunings[index - 1]!.sparsity))
      return 'each pruning must reach a higher sparsity than the one before: pruned weights stay pruned';
    if (last.step > context.steps)
      return `the last pruning, after ${last.step} steps, never happens: training has only ${context.steps}`;
    return last.sparsity === context.sparsity
      ? null
      : `the last pruning reaches ${last.sparsity}, but the sparsity of the pruning is ${context.sparsity}: make them equal`;
  },
});

function stepsListed({ prunings }: z.infer<typeof options>, stepsPerEpoch: number): PruningStep[] {
  return prunings.map(({ after, sparsity }) => ({ step: stepsOf(after, stepsPerEpoch), sparsity }));
}
