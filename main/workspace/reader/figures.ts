import { prepared, type Connection } from '../database.ts';
import type { StoredFigure } from '../messages.ts';

/** All saved figures, by name. */
export function storedFigures(database: Connection): StoredFigure[] {
  return prepared(
    database,
    `select name, specification, created_at as createdAt, changed_at as changedAt,
       written_hash as writtenHash, written_at as writtenAt
     from figures order by name`,
  ).all() as StoredFigure[];
}
