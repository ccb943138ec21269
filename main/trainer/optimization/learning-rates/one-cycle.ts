import * as z from 'zod';
import { defineLearningRate } from './define-learning-rate.ts';

const options = z.strictObject({
  name: z.literal('one-cycle'),
  rate: z.number().positive().max(100).describe('Highest learning rate, at the end of the rise.'),
  rise: z.number().gt(0).lt(1).default(0.3).describe('Share of the steps in which the rate rises.'),
  anneal: z.enum(['cosine', 'linear']).default('cosine').describe('Shape of the rise and of the fall.'),
  startDivisor: z.number().min(1).default(25).describe('The first rate is the highest divided by this.'),
  endDivisor: z.number().min(1).default(1e4).describe('The last rate is the first divided by this.'),
});

/**
 * As PyTorch's OneCycleLR(max_lr = rate, total_steps, pct_start = rise, anneal_strategy, div_factor, final_div_factor,
 * three_phase = False), stepped after every optimizer step (Smith & Topin, arXiv 1708.07120). Momentum is not cycled
 * (cycle_momentum = False).
 */
export const oneCycle = defineLearningRate({
  name: 'one-cycle',
  title: 'A rise to the highest rate, then a long fall',
  source: 'Smith & Topin, arXiv 1708.07120, as torch.optim.lr_scheduler.OneCycleLR',
  options,
  rate({ rate, rise, anneal, startDivisor, endDivisor }, { step, steps }) {
    const first = rate / startDivisor;
    const last = first / endDivisor;
    const between = (from: number, to: number, progress: number): number =>
      anneal === 'cosine'
        ? to + ((from - to) * (1 + Math.cos(Math.PI * progress))) / 2
        : from + (to - from) * progress;
    // PyTorch's phases end on the step before the one that the share of the steps says.
    const top = rise * steps - 1;
    if (step <= top) return top > 0 ? between(first, rate, step / top) : rate;
    return between(rate, last, (step - top) / (steps - 1 - top));
  },
});
