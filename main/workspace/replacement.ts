import { existsSync, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { CascadeError } from '../../common/errors.ts';
import { CheckpointFiles } from './checkpoint-files.ts';
import { connect, findDatabase, openDatabase } from './database.ts';
import { workspaceError } from './errors.ts';
import { layoutOf, syncFile, syncFolder } from './layout.ts';
import { makePrivateFile, makePrivateFolder } from './private-files.ts';
import { setLogAside } from './remains.ts';
import { setAside } from './set-aside.ts';
import { WorkspaceLock } from './writer/lock.ts';

/**
 * Ways out where a database is lost or damaged. What they replace is set aside in checkpoints/lost, never deleted.
 * Both throw the workspace's errors, and WORKSPACE_LOCKED while it is open somewhere.
 */

/**
 * Puts a copy of a database in the place of the workspace's: a backup of ours, one rescued by SQLite, or a copy that a
 * person has made, with its log where that lies beside it.
 *
 * @returns what was done, a sentence
 */
export function restoreDatabase(folder: string, backup: string): string {
  return locked(folder, () => {
    const layout = layoutOf(folder);
    const source = resolve(backup);
    if (source === layout.database)
      throw new CascadeError('WORKSPACE', `${backup} is the workspace's own database: name a copy of it.`);
    if (!existsSync(source)) throw new CascadeError('NOT_FOUND', `There is no file ${backup}.`);
    const partial = `${layout.database}.partial`;
    rmSync(partial, { force: true });
    if (findDatabase(folder, source) !== 'runs')
      throw new CascadeError('WORKSPACE', `${backup} knows no run: there is nothing to restore from it.`);
    const copy = connect(source, 'read');
    try {
      makePrivateFile(partial);
      copy.pragma('query_only = off');
      copy.prepare('vacuum into ?').run(partial);
    } finally {
      copy.close();
    }
    syncFile(partial);
    const aside = setDatabaseAside(folder);
    renameSync(partial, layout.database);
    syncFolder(folder);
    return `${backup} is the database of ${folder} now.${asideText(folder, aside)}`;
  });
}

/**
 * Begins a database anew where the old one is lost or damaged, and sets all that is left of it aside.
 *
 * @returns what was done, a sentence
 * @throws CascadeError CONFLICT where the database is whole and knows runs
 */
export function beginAnew(folder: string, application: string): string {
  return locked(folder, () => {
    if (isWhole(folder))
      throw new CascadeError(
        'CONFLICT',
        `The database of ${folder} is whole: there is nothing to begin anew. Another folder is another workspace.`,
      );
    const { checkpoints, lost } = layoutOf(folder);
    const files = new CheckpointFiles(checkpoints);
    const aside = setDatabaseAside(folder);
    for (const [run, names] of files.list())
      for (const name of names) if (files.setAside(run, name, lost) !== null) aside.push(run);
    openDatabase(folder, application, undefined, { anew: true }).close();
    return `The workspace ${folder} begins with an empty database.${asideText(folder, aside)}`;
  });
}

function locked(folder: string, work: () => string): string {
  if (!existsSync(folder)) throw new CascadeError('NOT_FOUND', `There is no folder ${folder}.`);
  const lock = WorkspaceLock.acquire(folder);
  try {
    return work();
  } catch (error) {
    throw workspaceError(error, folder);
  } finally {
    lock.release();
  }
}

/** Whether the database can be read and knows a run. Of another program or a newer version, it throws. */
function isWhole(folder: string): boolean {
  try {
    return findDatabase(folder, layoutOf(folder).database) === 'runs';
  } catch (error) {
    const known = workspaceError(error, folder);
    if (known.code === 'WORKSPACE_CORRUPT') return false;
    throw known;
  }
}

function setDatabaseAside(folder: string): string[] {
  const { database, checkpoints, lost } = layoutOf(folder);
  makePrivateFolder(checkpoints);
  // The log first: alone it would be taken for that of what comes into the database's place.
  const log = setLogAside(database, lost);
  const file = existsSync(database) ? setAside(database, lost, 'workspace.sqlite') : null;
  return [file, log].filter((path) => path !== null);
}

function asideText(folder: string, aside: readonly string[]): string {
  if (aside.length === 0) return '';
  return ` What it replaces was kept, in ${layoutOf(folder).lost}.`;
}
