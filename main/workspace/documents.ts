import type { DocumentKind, StoredDocument } from '../../common/contract/document-schemas.ts';
import { prepared, type Connection } from './database.ts';

/** All of a kind, by name. */
export function documentsOf(database: Connection, kind: DocumentKind): StoredDocument[] {
  return prepared(database, 'select name, content from documents where kind = ? order by name').all(
    kind,
  ) as StoredDocument[];
}

/**
 * One that has the name already is written over.
 *
 * @param instead name of one that goes as this comes: so one is renamed
 */
export function saveDocument(
  database: Connection,
  kind: DocumentKind,
  { name, content }: StoredDocument,
  instead?: string,
): void {
  if (instead !== undefined) removeDocument(database, kind, instead);
  prepared(
    database,
    'insert or replace into documents (kind, name, content, changed_at) values (?, ?, ?, ?)',
  ).run(kind, name, content, Date.now());
}

/** One that is not there is gone already. */
export function removeDocument(database: Connection, kind: DocumentKind, name: string): void {
  prepared(database, 'delete from documents where kind = ? and name = ?').run(kind, name);
}
