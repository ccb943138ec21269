import { accessSync, constants } from 'node:fs';
import Database from 'better-sqlite3';
import { CascadeError } from '../../../common/errors.ts';
import { workspaceError } from '../errors.ts';
import { layoutOf, makeFolder } from '../layout.ts';
import { makePrivateFile } from '../private-files.ts';
import { readOwner, removeOwner, writeOwner } from '../owner.ts';

/**
 * The lock against a second writer: an exclusive transaction, never ended, on a database of its own. The operating
 * system lets go of it when the process dies, whatever kills it, and SQLite refuses it to other threads of this
 * process too.
 */
export class WorkspaceLock {
  readonly #folder: string;
  readonly #database: Database.Database;
  readonly #since = Date.now();

  private constructor(folder: string, database: Database.Database) {
    this.#folder = folder;
    this.#database = database;
    writeOwner(folder, { pid: process.pid, since: this.#since });
  }

  /** Makes the folder where it is missing, and locks it; throws WORKSPACE_LOCKED where another holds it. */
  static acquire(folder: string): WorkspaceLock {
    try {
      makeFolder(folder);
      // SQLite only says that it can not open a file; this says why.
      accessSync(folder, constants.W_OK);
      const { lock } = layoutOf(folder);
      makePrivateFile(lock);
      const database = new Database(lock, { timeout: 0 });
      try {
        // On a file that can only be read SQLite would begin without a word, and lock nothing.
        accessSync(lock, constants.W_OK);
        database.exec('begin exclusive');
        return new WorkspaceLock(folder, database);
      } catch (error) {
        database.close();
        throw error;
      }
    } catch (error) {
      if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY'))
        throw locked(folder);
      throw workspaceError(error, folder);
    }
  }

  publish(address: string): void {
    writeOwner(this.#folder, { pid: process.pid, since: this.#since, address });
  }

  release(): void {
    removeOwner(this.#folder);
    this.#database.close();
  }
}

function locked(folder: string): CascadeError {
  const owner = readOwner(folder);
  const holder = owner
    ? `the process ${owner.pid}, since ${new Date(owner.since).toISOString()}`
    : 'another process';
  return new CascadeError(
    'WORKSPACE_LOCKED',
    `The workspace ${folder} is open in ${holder}: use its window or wait until its command is done, or choose another folder.`,
  );
}
