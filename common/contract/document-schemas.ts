import * as z from 'zod';

/**
 * What a person keeps in the workspace under a name, for all windows and the command line: `view` of the runs, `comparison`,
 * `look` of an arm, `bookmark` of a run at an epoch, `reference` curves of others. What is in it, its readers know.
 */
export const DOCUMENT_KINDS = ['view', 'comparison', 'look', 'bookmark', 'reference'] as const;
export const documentKind = z.enum(DOCUMENT_KINDS);
export type DocumentKind = z.infer<typeof documentKind>;

/** Bytes in UTF-8 of the most that one holds. */
export const MOST_DOCUMENT_BYTES = 65_536;

/** Words that a list shows in one line. */
export const documentName = z
  .string()
  .trim()
  .min(1, 'A name has at least one letter.')
  .max(100, 'A name has at most 100 characters.')
  .regex(/^[^\n\r\t]*$/, 'A name is one line.');

export const storedDocument = z.object({
  name: documentName,
  /** JSON. */
  content: z
    .string()
    .refine((text) => new TextEncoder().encode(text).length <= MOST_DOCUMENT_BYTES, {
      error: `It has at most ${MOST_DOCUMENT_BYTES / 1024} kB.`,
      abort: true,
    })
    .refine(isJson, 'It is not JSON.'),
});
export type StoredDocument = z.infer<typeof storedDocument>;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What is in a document; null where it is not of the form, as where a later version wrote it. */
export function readDocument<T>(form: z.ZodType<T>, { content }: Pick<StoredDocument, 'content'>): T | null {
  try {
    return form.safeParse(JSON.parse(content)).data ?? null;
  } catch {
    return null;
  }
}

/** Of a `view` and a `comparison`: parameters of the address. */
export const viewContent = z.record(z.string(), z.string());
