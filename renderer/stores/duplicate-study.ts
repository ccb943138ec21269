import { go } from './address.ts';
import { stillHere } from './history-entry.ts';
import { attempt } from './notices.ts';
import { drafts, freeName, isTaken } from './study-drafts.ts';
import type { Workstation } from './workstation.ts';

/** Makes a study of one's own from the settings of a run, and opens it. */
export async function duplicateStudy({ client }: Workstation, id: string): Promise<void> {
  const isHere = stillHere();
  const made = await attempt(Promise.all([client.runs.study({ id }), drafts.refresh(client.studies)]));
  if (made === undefined) return;
  const [{ fileName, text }] = made;
  const name = freeName(fileName, isTaken);
  drafts.keep({ name, text, base: text, bundled: false, at: Date.now() });
  if (isHere()) go('studies', { file: name });
}
