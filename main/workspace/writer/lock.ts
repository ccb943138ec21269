import { accessSync, constants } from 'node:fs';
import { CascadeError } from '../../../common/errors.ts';
import { FileLock } from '../../locks/file-lock.ts';
import { workspaceError } from '../errors.ts';
import { layoutOf } from '../layout.ts';
import { makeFolder, makePrivateFile } from '../private-files.ts';
import { readOwner, removeOwner, writeOwner } from '../owner.ts';

/** The lock against a second writer, and the file that tells others who holds it. */
export class WorkspaceLock {
  readonly #folder: string;
  readonly #lock: FileLock;
  readonly #since = Date.now();

  private constructor(folder: string, lock: FileLock) {
    this.#folder = folder;
    this.#lock = lock;
    writeOwner(folder, { pid: process.pid, since: this.#since });
  }

  /** Makes the folder where it is missing, and locks it; throws WORKSPACE_LOCKED where another holds it. */
  static acquire(folder: string): WorkspaceLock {
    try {
      makeFolder(folder);
      // SQLite only says that it cannot open a file; this says why.
      accessSync(folder, constants.W_OK);
      const { lock: file } = layoutOf(folder);
      makePrivateFile(file);
      const lock = FileLock.tryTake(file);
      if (lock === null) throw locked(folder);
      try {
        return new WorkspaceLock(folder, lock);
      } catch (error) {
        lock.release();
        throw error;
      }
    } catch (error) {
      throw workspaceError(error, folder);
    }
  }

  publish(address: string): void {
    writeOwner(this.#folder, { pid: process.pid, since: this.#since, address });
  }

  release(): void {
    removeOwner(this.#folder);
    this.#lock.release();
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
