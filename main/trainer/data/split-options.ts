import * as z from 'zod';

/** The options by which a study asks for splits, the same for every kind of data set. */
export const splitOptions = {
  validation: z.int().min(0).default(5_000).describe('Training images held out for validation.'),
  train: z.int().min(1).nullable().default(null).describe('Training images to use; default: all others.'),
};
