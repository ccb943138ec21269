import * as z from 'zod';
import type { Engine, Tensor } from '../../tensorflow/engine.ts';
import { scaled } from './arithmetic.ts';
import type { HostWeights } from './optimizer.ts';

/** Options of Adam's two moments. */
export const momentOptions = {
  beta1: z.number().min(0).lt(1).default(0.9).describe('Decay of the first moment.'),
  beta2: z.number().min(0).lt(1).default(0.999).describe('Decay of the second moment.'),
  epsilon: z.number().positive().default(1e-8).describe('ε, added to the root of the second moment.'),
};

interface Moments {
  beta1: number;
  beta2: number;
  epsilon: number;
}

/** Slots of the two moments. */
export const MOMENT_SLOTS = ['first-moment', 'second-moment'] as const;

/** η over the first moment's bias correction, and the root of the second's. */
export function momentScalars({ beta1, beta2 }: Moments, rate: number, step: number): number[] {
  return [rate / (1 - beta1 ** step), Math.sqrt(1 - beta2 ** step)];
}

/**
 * Adam's step (Kingma & Ba, arXiv 1412.6980, algorithm 1) in the order of torch.optim's operations.
 *
 * @param gradient zero where pruned, so that moments that are zero there stay so
 * @param scalars what `momentScalars` gave
 * @returns what to subtract from the weight, and the new moments
 */
export function momentStep(
  engine: Engine,
  { beta1, beta2, epsilon }: Moments,
  gradient: Tensor,
  slots: readonly Tensor[],
  scalars: readonly Tensor[],
): { step: Tensor; slots: Tensor[] } {
  const { tf } = engine;
  const moment = (slot: number, beta: number, value: Tensor): Tensor =>
    tf.add(scaled(engine, slots[slot]!, beta), scaled(engine, value, 1 - beta));
  const first = moment(0, beta1, gradient);
  const second = moment(1, beta2, tf.mul(gradient, gradient));
  const [stepSize, correction] = scalars as [Tensor, Tensor];
  const denominator = tf.add(tf.div(tf.sqrt(second), correction), engine.scalar(epsilon));
  return { step: tf.mul(tf.div(first, denominator), stepSize), slots: [first, second] };
}

/**
 * Adam's step of weights to which the loss gives no gradient, in place. Their second moment forgets the gradients that were
 * there slowly, in about 1 ÷ (1 − β₂) steps for each factor e: until it has, the step is far smaller than that of a
 * fresh optimizer.
 *
 * @param coupled λ of a decay that goes through the moments
 * @param shrinks factor of a decay that does not
 */
export function freeMoments(
  { weight, slots }: HostWeights,
  { beta1, beta2, epsilon }: Moments,
  scalars: readonly number[],
  coupled: number,
  shrinks: number,
): void {
  const [first, second] = slots as [HostWeights['weight'], HostWeights['weight']];
  const [stepSize, correction] = scalars as [number, number];
  for (let index = 0; index < weight.length; index++) {
    const gradient = coupled * weight[index]!;
    const mean = beta1 * first[index]! + (1 - beta1) * gradient;
    const square = beta2 * second[index]! + (1 - beta2) * (gradient * gradient);
    first[index] = mean;
    second[index] = square;
    // In two, each rounded to the precision of the array, as the traced update has it.
    weight[index]! *= shrinks;
    weight[index]! -= (mean / (Math.sqrt(square) / correction + epsilon)) * stepSize;
  }
}
