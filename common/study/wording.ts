import * as z from 'zod';

/** What a schema allows, in words, where the schema itself does not tell. */
export const wording = z.registry<{ allowed: string }>();

/**
 * Meta data of a text that names another arm of the study. It comes into the JSON Schema, whose readers pass over
 * keywords that they do not know, and tells the editor what to suggest.
 */
export const ARM_NAME = { namesOf: 'arms' } as const;
