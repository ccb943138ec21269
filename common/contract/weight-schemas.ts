import * as z from 'zod';

/** One weight: its layer, and its place in the kernel's flattening. */
export const weightPlace = z.object({ layer: z.string(), index: z.number().int().min(0) });
export type WeightPlace = z.infer<typeof weightPlace>;

/** Epochs of which a weight's history is asked, both included. */
export const weightHistoryAsked = weightPlace.extend({
  from: z.number().int().min(0),
  to: z.number().int().min(0),
});
export type WeightHistoryAsked = z.infer<typeof weightHistoryAsked>;

/** A weight over the epochs. Lists are of equal length, an entry an epoch. */
export const weightHistory = z.object({
  epochs: z.array(z.number().int()),
  /** Bit k is the weight's bit in plane k, in the order of `planeNames`. */
  states: z.array(z.number().int()),
  /** From the checkpoint after the epoch; null where there is none, or it cannot be read. */
  values: z.array(z.number().nullable()),
  /** Epochs whose checkpoint is missing or damaged. */
  unreadable: z.array(z.number().int()),
  /** σ of the layer at the reference epoch, as the newest of the checkpoints tells; null where none does. */
  sigma: z.number().nullable(),
  /** The first epoch that this answer had no time for; null where all are told. */
  next: z.number().int().nullable(),
});
export type WeightHistory = z.infer<typeof weightHistory>;

export const weightForecastAsked = weightPlace.extend({ epoch: z.number().int().min(0) });
export type WeightForecastAsked = z.infer<typeof weightForecastAsked>;

/**
 * Why there is no forecast. 'held': its channel is moved by the loss. 'unmeasured': nobody knows whether it is. 'no-checkpoint':
 * no weights since the channel was freed. 'unplanned': the run's steps are not known. 'ended': no epoch follows.
 */
export const UNFORESEEN = [
  'pruned',
  'held',
  'unmeasured',
  'no-checkpoint',
  'no-decay',
  'unplanned',
  'ended',
] as const;

/** What ends a forecast: the run's end, weights that are set back or drawn anew, or more steps than are followed. */
export const FORECAST_ENDS = ['run', 'rewound', 'reinitialised', 'limit'] as const;

/** What the optimizer alone makes of a weight from an epoch on: free steps at the rates of the remaining schedule. */
export const weightForecast = z.object({
  /** Null where there is a forecast. */
  none: z.enum(UNFORESEEN).nullable(),
  /** Epoch of the checkpoint that it starts from: that of the moment, or one since which the channel was freed. */
  from: z.number().int().nullable(),
  /** |w| there, and at the ends of the epochs after it. */
  start: z.number().nullable(),
  magnitudes: z.array(z.number()),
  /** Epochs that the next tenfold shrinking takes at the rate of the first followed epoch; null where |w| does not shrink. */
  tenfold: z.number().nullable(),
  end: z.enum(FORECAST_ENDS).nullable(),
});
export type WeightForecast = z.infer<typeof weightForecast>;
