import * as z from 'zod';

/** What a schema allows, in words, where the schema itself does not tell. */
export const wording = z.registry<{ allowed: string }>();
