import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CascadeError, messageOf } from '../../common/errors.ts';
import { corruptWorkspace, workspaceError } from './errors.ts';
import { APPLICATION_ID, layoutOf, syncFile, syncFolder } from './layout.ts';
import { makePrivateFile } from './private-files.ts';
import { lostDatabase, remainsOf } from './remains.ts';
import type { Migration } from './migrations/migration.ts';
import { MIGRATIONS } from './migrations/migrations.ts';

export type Connection = Database.Database;

/**
 * Opens a connection with the settings that durability rests on. SQLite keeps none of them but WAL in the file, and
 * better-sqlite3 compiles synchronous=NORMAL for WAL, which may lose the last commits when power fails.
 */
export function connect(file: string, access: 'write' | 'read'): Connection {
  const database = new Database(file, access === 'read' ? { readonly: true, fileMustExist: true } : {});
  try {
    database.pragma('busy_timeout = 5000');
    if (access === 'write') {
      // Both take effect on a database that is still empty: larger pages for blobs, and room given back after a removal.
      database.pragma('page_size = 8192');
      database.pragma('auto_vacuum = incremental');
      database.pragma('journal_mode = wal');
      // About 16 MB of log: big epochs are moved into the database every few commits, not after each.
      database.pragma('wal_autocheckpoint = 2000');
      database.pragma('journal_size_limit = 67108864');
    } else {
      database.pragma('query_only = on');
      database.pragma('mmap_size = 1073741824');
    }
    database.pragma('synchronous = full');
    database.pragma('foreign_keys = on');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Opens and migrates the database of a workspace for its one writer, and checks it first unless it is trusted.
 *
 * @param anew whether one is begun beside what is left of another: see `beginAnew`
 * @param trusted whether nobody else has written to its file: see `seal.ts`
 */
export function openDatabase(
  folder: string,
  application: string,
  migrations: readonly Migration[] = MIGRATIONS,
  { anew = false, trusted = false } = {},
): Connection {
  const { database: file } = layoutOf(folder);
  try {
    const found = findDatabase(folder, file, migrations.length, trusted);
    if (!anew) refuseLost(folder, found);
    makePrivateFile(file);
    const database = connect(file, 'write');
    try {
      migrate(database, folder, migrations);
      noteVersions(database, application);
      syncFolder(folder);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw workspaceError(error, folder);
  }
}

/** How it stands with the file of a database: 'nothing' is one without tables, as of an opening that was cut short. */
export type Found = 'missing' | 'empty' | 'nothing' | 'no runs' | 'runs';

/**
 * Looks before anything is touched: a connection that only reads neither replays the log into a damaged file nor
 * removes it when it closes. Reads it whole, unless it is `trusted` and of the known schema: a migration is of a whole
 * database alone. Throws WORKSPACE_FOREIGN, WORKSPACE_NEWER or WORKSPACE_CORRUPT.
 */
export function findDatabase(
  folder: string,
  file: string,
  known = MIGRATIONS.length,
  trusted = false,
): Found {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (!size) return size === undefined ? 'missing' : 'empty';
  const database = connect(file, 'read');
  try {
    const application = number(database, 'application_id');
    const version = number(database, 'user_version');
    const empty = database.prepare('select count(*) as tables from sqlite_schema').pluck().get() === 0;
    if (application !== APPLICATION_ID && !(empty && application === 0))
      throw new CascadeError(
        'WORKSPACE_FOREIGN',
        `${file} is a database of another program: choose another folder for the workspace.`,
      );
    if (version > known)
      throw new CascadeError(
        'WORKSPACE_NEWER',
        `The workspace ${folder} was last opened by a newer Cascade Lab (schema ${version}, this one knows ` +
          `${known}): update Cascade Lab, or open another folder. Nothing was changed.`,
      );
    const damage = trusted && version === known ? null : damageOf(database);
    if (damage !== null) throw corruptWorkspace(folder, damage);
    if (empty) return 'nothing';
    return database.prepare('select 1 from runs limit 1').get() === undefined ? 'no runs' : 'runs';
  } finally {
    database.close();
  }
}

/** Reads a database whole, about a second a gigabyte. @returns what is wrong with it, or null */
export function damageOf(database: Connection): string | null {
  const findings = database.pragma('quick_check(5)', { simple: false }) as { quick_check: string }[];
  if (findings[0]?.quick_check === 'ok') return null;
  return findings.map((finding) => finding.quick_check).join('; ');
}

/** A database that knows no run is not begun, or gone on with, beside what is left of another: see `lostDatabase`. */
function refuseLost(folder: string, found: Found): void {
  const what = {
    missing: 'is missing',
    empty: 'is empty',
    nothing: 'holds nothing',
    'no runs': 'knows no run',
    runs: null,
  }[found];
  if (what === null) return;
  const remains = remainsOf(folder);
  // The log of a database that is whole is its own, and a backup beside it is no sign of loss.
  const alone = found === 'missing' || found === 'empty';
  if (
    remains.checkpoints > 0 ||
    (alone && remains.log) ||
    (found !== 'no runs' && remains.backups.length > 0)
  )
    throw lostDatabase(folder, what, { ...remains, log: alone && remains.log });
}

function migrate(database: Connection, folder: string, migrations: readonly Migration[]): void {
  const from = number(database, 'user_version');
  if (from === migrations.length) return;
  const backup = from > 0 ? backUp(database, folder, from) : null;
  for (const [index, migration] of migrations.entries()) {
    if (index < from) continue;
    try {
      database
        .transaction(() => {
          migration.up(database);
          database.pragma(`application_id = ${APPLICATION_ID}`);
          database.pragma(`user_version = ${index + 1}`);
        })
        .immediate();
    } catch (error) {
      const known = workspaceError(error, folder);
      if (known.code !== 'WORKSPACE') throw known;
      throw new CascadeError(
        'WORKSPACE_MIGRATION',
        `The workspace ${folder} could not be brought from schema ${index} to ${index + 1} (${migration.title}): ` +
          `${messageOf(error)}. It is as it was${backup ? `, and ${backup} is a copy of it` : ''}: use the Cascade ` +
          'Lab that made it, and report this.',
        { cause: error },
      );
    }
  }
}

/** A copy of the database, whole or not there at all; one that is there already stays. */
function backUp(database: Connection, folder: string, version: number): string {
  let file = join(folder, `workspace.schema-${version}.backup.sqlite`);
  for (let number = 2; existsSync(file); number++)
    file = join(folder, `workspace.schema-${version}.${number}.backup.sqlite`);
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  makePrivateFile(partial);
  database.prepare('vacuum into ?').run(partial);
  syncFile(partial);
  renameSync(partial, file);
  syncFolder(folder);
  return file;
}

function noteVersions(database: Connection, application: string): void {
  const created = database.prepare('insert into meta values (?, ?) on conflict do nothing');
  const opened = database.prepare(
    'insert into meta values (?, ?) on conflict do update set value = excluded.value',
  );
  database
    .transaction(() => {
      created.run('created-by', application);
      created.run('created-at', new Date().toISOString());
      opened.run('opened-by', application);
      opened.run('opened-at', new Date().toISOString());
    })
    .immediate();
}

function number(database: Connection, pragma: string): number {
  return Number(database.pragma(pragma, { simple: true }));
}

const statements = new WeakMap<Connection, Map<string, Database.Statement>>();

/** A statement prepared once for its connection. */
export function prepared(database: Connection, sql: string): Database.Statement {
  let known = statements.get(database);
  if (!known) statements.set(database, (known = new Map()));
  let statement = known.get(sql);
  if (!statement) known.set(sql, (statement = database.prepare(sql)));
  return statement;
}
