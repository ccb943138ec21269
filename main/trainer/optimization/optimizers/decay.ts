import * as z from 'zod';

/** Switches that every optimizer with weight decay has, with PyTorch's habit as the default: everything decays. */
export const decaySwitches = {
  decayBatchNorm: z.boolean().default(true).describe('Whether decay applies to γ and β of batch norm.'),
  decayBiases: z.boolean().default(true).describe('Whether decay applies to biases.'),
};

/** What the switches say, in the words of `Optimizer.decays`. */
export function decaysOf(switches: { decayBatchNorm: boolean; decayBiases: boolean }): {
  batchNorm: boolean;
  biases: boolean;
} {
  return { batchNorm: switches.decayBatchNorm, biases: switches.decayBiases };
}
