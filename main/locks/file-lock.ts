import { accessSync, constants } from 'node:fs';
import Database from 'better-sqlite3';

/**
 * A lock on a file, held by this process until it is released: an exclusive transaction, never ended, on an SQLite
 * database of its own. The operating system lets go of it when the process dies, whatever kills it and whatever the
 * clock says, and SQLite refuses it to other threads of this process too; it ends with the thread that took it. The file
 * stays: removing it would give two holders a lock each.
 */
export class FileLock {
  readonly #database: Database.Database;

  private constructor(database: Database.Database) {
    this.#database = database;
  }

  /**
   * Takes the lock, making the file where it is missing; null where another holds it. Throws what the file system or
   * SQLite throws where the file cannot be made or written.
   */
  static tryTake(file: string): FileLock | null {
    const database = new Database(file, { timeout: 0 });
    try {
      // On a file that can only be read SQLite would begin without a word, and lock nothing.
      accessSync(file, constants.W_OK);
      database.exec('begin exclusive');
      return new FileLock(database);
    } catch (error) {
      database.close();
      if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY'))
        return null;
      throw error;
    }
  }

  release(): void {
    this.#database.close();
  }
}
