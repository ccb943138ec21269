import * as z from 'zod';
import { duration, stepsOf } from '../../../../common/study/duration.ts';
import type { Definition } from '../../registry.ts';
import type { LearningRate, LearningRateWith } from './learning-rate.ts';

const warmUp = z
  .strictObject({
    length: duration(1).describe("Epochs, or steps such as '500it', in which the rate rises."),
    from: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe(
        'Share of the rate at the first step; 0 is one part in as many as the rise has steps, so that no step is lost.',
      ),
    schedule: z
      .enum(['runs', 'waits'])
      .default('runs')
      .describe(
        "'runs': the schedule counts from the first step, and its rate is multiplied; 'waits': it begins after the warm-up, with the steps that are left.",
      ),
  })
  .nullable()
  .default(null)
  .describe('A linear rise of the rate at the beginning; null: none.');

/**
 * A schedule, with its options typed by their schema and with the option of a warm-up before it.
 *
 * Over the warm-up's L steps the rate is that of the schedule times from + (1 − from) · step / L, as by PyTorch's
 * LinearLR(start_factor = from, total_iters = L) stepped after every optimizer step. A `from` of 0, which LinearLR refuses, is
 * taken as 1 / L: the first step would train nothing otherwise. Where the schedule runs meanwhile (Goyal et al., arXiv
 * 1706.02677, whose milestones count from the beginning), that is PyTorch's ChainedScheduler; where it waits, SequentialLR.
 */
export function defineLearningRate<S extends z.ZodObject>(
  schedule: Definition<S, LearningRateWith<z.infer<S>>>,
): LearningRate {
  return {
    ...schedule,
    options: schedule.options.safeExtend({ warmup: warmUp }),
    rate(given: z.infer<S> & { warmup: z.infer<typeof warmUp> }, place) {
      const { warmup } = given;
      if (warmup === null) return schedule.rate(given, place);
      const { step, steps, stepsPerEpoch } = place;
      const length = stepsOf(warmup.length, stepsPerEpoch);
      const from = warmup.from || 1 / length;
      const factor = step < length ? from + ((1 - from) * step) / length : 1;
      const waiting = {
        step: Math.max(0, step - length),
        steps: Math.max(1, steps - length),
        stepsPerEpoch,
      };
      return factor * schedule.rate(given, warmup.schedule === 'waits' ? waiting : place);
    },
  };
}
