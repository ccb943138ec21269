import * as z from 'zod';

/** Which epochs are asked for their states of weights: of very many those that are multiples of a number, so that levels share them. */
export const tracksAsked = z.object({
  from: z.number().int().min(0),
  to: z.number().int().min(0),
  every: z.number().int().min(1).default(1),
  /** Label of the threshold at and below which weights are shed. */
  threshold: z.string().max(100),
});
export type TracksAsked = z.infer<typeof tracksAsked>;

/** Weights after an epoch by state, of each layer by its name, in the order of `WEIGHT_STATES`; each weight is in one of them. */
export interface TrackEpoch {
  epoch: number;
  states: Record<string, number[]>;
}
