import * as z from 'zod';
import { wording } from '../../../../common/study/wording.ts';

/** Options that every model has, about the weights it starts from: see `startingParameters`. */
export const startingWeights = {
  weights: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'Path to a safetensors file of weights to start from, with PyTorch’s names and layouts; null: drawn from the seed.',
    ),
  weightsSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .register(wording, { allowed: 'the 64 hexadecimal digits of a SHA-256' })
    .nullable()
    .default(null)
    .describe(
      'SHA-256 of that file, filled in when a study is read; where it is given, another file is refused.',
    ),
};

/** Factor on the channels of every layer, as the MobileNets have it. */
export const widthMultiplier = z
  .number()
  .min(0.05)
  .max(8)
  .default(1)
  .describe('Width multiplier: factor on the channels of every layer.');

/** How a network for images of 224 × 224 begins on smaller ones. */
export const stemStride = z
  .union([z.literal(1), z.literal(2)])
  .default(2)
  .describe('Stride of the first convolution: 2, or 1 for small images such as 32 × 32.');

/** Share of a dense layer's inputs that are dropped in training. */
export const dropoutOf = (rate: number) =>
  z.number().min(0).lt(1).default(rate).describe('Share of activations dropped in training.');
