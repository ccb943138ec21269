import * as z from 'zod';
import { generator, uniforms } from '../../random.ts';
import { defineCriterion, layerwise } from './criterion.ts';

/** Every weight is as likely to go as any other; the draw depends on the run's seed, the time of pruning and the layer alone. */
export const random = defineCriterion({
  name: 'random',
  title: 'Random weights',
  options: z.strictObject({ name: z.literal('random') }),
  scores: (_options, context) =>
    layerwise(context, ({ weights, index }) =>
      uniforms(weights.length, generator(context.seed, 'random criterion', ...context.counters, index)),
    ),
});
