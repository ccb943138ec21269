import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';

/** Keeps a figure under its name; one that was there keeps when it was made and what was written of it. */
export function saveFigure(database: Connection, name: string, specification: string): void {
  prepared(
    database,
    `insert into figures (name, specification, created_at, changed_at) values (@name, @specification, @now, @now)
     on conflict (name) do update set specification = excluded.specification, changed_at = excluded.changed_at`,
  ).run({ name, specification, now: Date.now() });
}

export function removeFigure(database: Connection, name: string): void {
  const { changes } = prepared(database, 'delete from figures where name = ?').run(name);
  if (changes === 0) throw notFound(`figure '${name}'`);
}

/** @param hash of the numbers in the files that were written now */
export function noteFigureWritten(database: Connection, name: string, hash: string): void {
  const { changes } = prepared(
    database,
    'update figures set written_hash = ?, written_at = ? where name = ?',
  ).run(hash, Date.now(), name);
  if (changes === 0) throw notFound(`figure '${name}'`);
}
