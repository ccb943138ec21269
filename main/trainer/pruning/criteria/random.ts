import * as z from 'zod';
import { generator, uniforms } from '../../../../common/random.ts';
import type { Criterion } from './criterion.ts';

/** Every weight is as likely to go as any other; the draw depends on the run's seed, the epoch and the layer alone. */
export const random: Criterion = {
  name: 'random',
  title: 'Random weights',
  options: z.strictObject({ name: z.literal('random') }),
  scores: (_options, layer, seed, epoch) =>
    uniforms(layer.weights.length, generator(seed, 'random criterion', epoch, layer.index)),
};
