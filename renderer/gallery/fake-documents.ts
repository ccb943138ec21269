import type { DocumentKind, StoredDocument } from '../../common/contract/document-schemas.ts';

/** The calls for documents, answered from memory. */
export function createFakeDocuments() {
  const kinds = new Map<DocumentKind, Map<string, StoredDocument>>();
  const of = (kind: DocumentKind) => kinds.get(kind) ?? kinds.set(kind, new Map()).get(kind)!;
  return {
    list: ({ kind }: { kind: DocumentKind }) => [...of(kind).values()],
    save({ kind, document, instead }: { kind: DocumentKind; document: StoredDocument; instead?: string }) {
      if (instead !== undefined) of(kind).delete(instead);
      of(kind).set(document.name, document);
      return {};
    },
    remove({ kind, name }: { kind: DocumentKind; name: string }) {
      of(kind).delete(name);
      return {};
    },
  };
}
