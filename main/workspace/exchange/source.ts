import { copyFileSync, existsSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CascadeError, messageOf } from '../../../common/errors.ts';
import { connect, damageOf, type Connection } from '../database.ts';
import { APPLICATION_ID, layoutOf } from '../layout.ts';
import { MIGRATIONS } from '../migrations/migrations.ts';
import { readOwner } from '../owner.ts';
import { hasLog, logOf } from '../remains.ts';
import { contentProblem, partsProblem } from './check-content.ts';
import { digestOf } from './digest.ts';
import {
  badFile,
  openUntrusted,
  readHead,
  readHeader,
  RUN_FILE_ID,
  strangeObject,
  type Header,
} from './run-file.ts';
import type { Work } from './shared-progress.ts';

/** What runs are taken from: a run file, or another workspace. Only read. */
export interface Source {
  /** As it was named. */
  name: string;
  kind: 'file' | 'workspace';
  database: Connection;
  /** Where the database lies that is read: that of the source, or a copy of it with the schema of now. */
  path: string;
  /** Folder of the workspace's checkpoints; null of a file, which has them within. */
  checkpoints: string | null;
  /** Ids of the runs that were asked for when the file was written; null of a workspace. */
  asked: string[] | null;
}

/**
 * Opens a run file, or the folder of a workspace, which may be open in another process. Whatever stands there is checked before
 * anything of it is believed.
 *
 * @param stage a folder for copies, which the caller removes
 * @throws CascadeError NOT_FOUND, BAD_RUN_FILE
 */
export function openSource(path: string, stage: string, work: Work): Source {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new CascadeError('NOT_FOUND', `There is no file or folder ${path}.`);
  try {
    return found.isDirectory() ? openWorkspaceFolder(path, stage) : openFile(path, stage, work);
  } catch (error) {
    if (error instanceof CascadeError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('SQLITE_'))
      throw badFile(path, `is damaged, or no file of ours (${messageOf(error)})`, error);
    throw error;
  }
}

function openFile(path: string, stage: string, work: Work): Source {
  const header = readHeader(path);
  if (header.application === APPLICATION_ID)
    throw badFile(path, 'is the database of a workspace: name its folder instead');
  if (header.application !== RUN_FILE_ID) throw badFile(path, 'is a database of another program');
  refuseVersion(path, header);
  if (header.hasLog) throw badFile(path, 'was changed by another program since it was written');
  const database = openUntrusted(path);
  try {
    const strange = strangeObject(database, header.version, true);
    if (strange !== null) throw badFile(path, strange);
    const damage = damageOf(database);
    if (damage !== null) throw badFile(path, `is damaged (${damage.replace(/\s+/g, ' ')})`);
    const head = readHead(database, path);
    if (digestOf(database, () => work.did(0)) !== head.digest)
      throw badFile(path, 'is damaged: its content is not what was written. Copy it once more');
    return checked(
      { name: basename(path), kind: 'file', database, path, checkpoints: null, asked: head.asked },
      header,
      stage,
    );
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Reading a closed workspace through a connection would leave files beside its database: a copy is read instead. */
function openWorkspaceFolder(folder: string, stage: string): Source {
  const layout = layoutOf(folder);
  if (!existsSync(layout.database))
    throw new CascadeError('NOT_FOUND', `${folder} is not a workspace: there is no workspace.sqlite in it.`);
  const header = readHeader(layout.database);
  if (header.application !== APPLICATION_ID) throw badFile(folder, 'holds a database of another program');
  refuseVersion(folder, header);
  const isOpen = isOwned(folder) || hasLog(layout.database);
  const path = isOpen ? layout.database : join(stage, 'source.sqlite');
  if (!isOpen) copyClosed(layout.database, path);
  const database = openUntrusted(path);
  try {
    const version = Number(database.pragma('user_version', { simple: true }));
    const strange = strangeObject(database, version, false);
    if (strange !== null) throw badFile(folder, strange);
    const damage = damageOf(database);
    if (damage !== null) throw badFile(folder, `has a damaged database (${damage.replace(/\s+/g, ' ')})`);
    return checked(
      { name: folder, kind: 'workspace', database, path, checkpoints: layout.checkpoints, asked: null },
      { ...header, version },
      stage,
    );
  } catch (error) {
    database.close();
    throw error;
  }
}

function copyClosed(database: string, copy: string): void {
  const before = statSync(database);
  rmSync(copy, { force: true });
  copyFileSync(database, copy);
  const after = statSync(database);
  if (before.mtimeMs !== after.mtimeMs || before.size !== after.size || hasLog(database))
    throw new CascadeError('CONFLICT', 'The other workspace was opened while it was read: try again.');
  rmSync(logOf(copy), { force: true });
}

/** Whether a process that lives says that it has the workspace open. */
function isOwned(folder: string): boolean {
  const owner = readOwner(folder);
  if (owner === null) return false;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function refuseVersion(path: string, { version }: Header): void {
  if (version < 1) throw badFile(path, 'does not say which schema it has');
  if (version > MIGRATIONS.length)
    throw badFile(
      path,
      `was written by a newer Cascade Lab (schema ${version}, this one knows ${MIGRATIONS.length}): update Cascade Lab`,
    );
}

/** The source with the schema of now, its content looked at. One that is older is brought there in a copy. */
function checked(source: Source, { version }: Header, stage: string): Source {
  const now = version === MIGRATIONS.length ? source : migrated(source, version, stage);
  const problem =
    brokenReference(now.database) ??
    contentProblem(now.database) ??
    (now.kind === 'file' ? partsProblem(now.database) : null);
  if (problem === null) return now;
  if (now !== source) now.database.close();
  throw badFile(source.name, problem);
}

function brokenReference(database: Connection): string | null {
  const [found] = database.pragma('foreign_key_check') as { table: string; parent: string }[];
  return found === undefined ? null : `speaks in '${found.table}' of ${found.parent} that it does not hold`;
}

function migrated(source: Source, version: number, stage: string): Source {
  const path = join(stage, 'migrated.sqlite');
  rmSync(path, { force: true });
  source.database.pragma('query_only = off');
  source.database.prepare('vacuum into ?').run(path);
  source.database.pragma('query_only = on');
  const copy = connect(path, 'write');
  try {
    for (const migration of MIGRATIONS.slice(version)) copy.transaction(() => migration.up(copy)).immediate();
    copy.pragma(`user_version = ${MIGRATIONS.length}`);
    copy.pragma('journal_mode = delete');
  } finally {
    copy.close();
  }
  source.database.close();
  return { ...source, database: openUntrusted(path), path };
}
