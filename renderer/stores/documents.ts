import type { DocumentKind } from '../../common/contract/document-schemas.ts';
import { useWorkstation } from './app.ts';
import type { Documents } from './kept-documents.ts';

export type { Documents };

/** What a person keeps in the workspace under a name, of one kind. Within a component's setup. */
export function useDocuments(kind: DocumentKind): Documents {
  return useWorkstation().documents(kind);
}
