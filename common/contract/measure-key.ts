import * as z from 'zod';

/** A measure by its id, and the threshold or idea that is meant of one that has several numbers. */
export const measureKey = z.object({ id: z.string().max(100), key: z.string().max(100).default('') });
export type MeasureKey = z.infer<typeof measureKey>;
