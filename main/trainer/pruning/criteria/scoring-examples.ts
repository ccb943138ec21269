import * as z from 'zod';
import type { ScoringExamples } from '../../scoring/derivatives.ts';

/** Options of a criterion that looks at training examples. */
export function exampleOptions(examples: number) {
  return {
    examples: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(examples)
      .describe('Training examples that the gradient is a mean over, without augmentation.'),
    perClass: z
      .int()
      .min(1)
      .max(10_000)
      .nullable()
      .default(null)
      .describe('Number of examples of each class instead; null: drawn regardless of class.'),
    batchSize: batchSizeOption,
  };
}

export const batchSizeOption = z
  .int()
  .min(1)
  .max(65_536)
  .default(128)
  .describe('Examples that are scored at once, whose statistics batch norm uses.');

export function examplesOf(options: {
  examples: number;
  perClass: number | null;
  batchSize: number;
}): ScoringExamples {
  const { examples, perClass, batchSize } = options;
  return { count: perClass === null ? { total: examples } : { perClass }, batchSize };
}
