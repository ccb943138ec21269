import * as z from 'zod';
import { RUN_COLOR_NAMES, RUN_MARKERS } from '../run-looks.ts';

/**
 * What a person keeps in the workspace under a name, for all windows and the command line: `view` of the runs, `comparison`,
 * `look` of an arm, `bookmark` of a run at an epoch, `reference` curves of others. What is in it, its readers know.
 */
export const DOCUMENT_KINDS = ['view', 'comparison', 'look', 'bookmark', 'reference'] as const;
export const documentKind = z.enum(DOCUMENT_KINDS);
export type DocumentKind = z.infer<typeof documentKind>;

/** Bytes in UTF-8 of the most that one holds; and of one with a file of curves in it, which has thousands of rows. */
export const MOST_DOCUMENT_BYTES = 65_536;
export const MOST_REFERENCE_BYTES = 24 * MOST_DOCUMENT_BYTES;
const mostBytes = (kind: DocumentKind): number =>
  kind === 'reference' ? MOST_REFERENCE_BYTES : MOST_DOCUMENT_BYTES;

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
  content: z.string().max(MOST_REFERENCE_BYTES, { abort: true }).refine(isJson, 'It is not JSON.'),
});
export type StoredDocument = z.infer<typeof storedDocument>;

/** A document that is to be kept. One that is named as `instead` goes as this comes: so it is renamed. */
export const keptDocument = z
  .object({ kind: documentKind, document: storedDocument, instead: documentName.optional() })
  .refine(({ kind, document }) => new TextEncoder().encode(document.content).length <= mostBytes(kind), {
    error: ({ input }) => `It has at most ${mostBytes((input as { kind: DocumentKind }).kind) / 1024} kB.`,
  });

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

/** Of a `look`, whose name is the hash of a specification, or what the runs of a group have in common: 'criterion=magnitude'. */
export const lookContent = z.object({
  color: z.enum(RUN_COLOR_NAMES),
  marker: z.enum(RUN_MARKERS),
  dash: z.enum(['solid', 'dot-dash']),
});
