import { computed, type Ref } from 'vue';
import { readDocument } from '../../../common/contract/document-schemas.ts';
import { messageOf } from '../../../common/errors.ts';
import {
  readReferences,
  referenceDocument,
  type ReferenceDocument,
  type References,
} from '../../../common/references/references.ts';
import { useDocuments } from '../../stores/documents.ts';

/** A file of curves that others have published, as the workspace keeps it. */
export interface KeptReferences {
  name: string;
  document: ReferenceDocument | null;
  references: References | null;
  /** Why it cannot be read; null where it can. */
  problem: string | null;
}

/** All that the workspace keeps, by name, each read once while it is as it is. */
export function useReferences(): Readonly<Ref<readonly KeptReferences[]>> {
  const documents = useDocuments('reference');
  const known = new Map<string, { content: string; kept: KeptReferences }>();
  return computed(() =>
    documents.all.map(({ name, content }) => {
      const before = known.get(name);
      if (before?.content === content) return before.kept;
      const kept = read(name, content);
      known.set(name, { content, kept });
      return kept;
    }),
  );
}

function read(name: string, content: string): KeptReferences {
  const document = readDocument(referenceDocument, { content });
  if (document === null)
    return { name, document, references: null, problem: 'A later version wrote these references.' };
  try {
    return { name, document, references: readReferences(document), problem: null };
  } catch (error) {
    return { name, document, references: null, problem: messageOf(error) };
  }
}
