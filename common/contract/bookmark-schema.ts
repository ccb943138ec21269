import * as z from 'zod';

/** A moment that a person wants to come back to, in the workspace under a name that is its place: each place once. */
export const bookmarkForm = z.object({
  run: z.string(),
  epoch: z.number().int().min(0),
  /** Null for the whole network. */
  layer: z.string().nullable(),
  channel: z.number().int().min(0).nullable(),
  note: z.string().max(10_000),
  /** When it was set, in milliseconds since 1970. */
  at: z.number(),
});
export type Bookmark = z.infer<typeof bookmarkForm>;
