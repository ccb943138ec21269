import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import * as z from 'zod';
import { layoutOf, syncFolder } from './layout.ts';
import { PRIVATE_FILE } from './private-files.ts';
import { hasLog } from './remains.ts';

/** What tells a file from every other, and from itself after a change: its time of change is set by the system alone. */
const identity = z.object({
  device: z.string(),
  inode: z.string(),
  size: z.string(),
  modified: z.string(),
  changed: z.string(),
});
type FileIdentity = z.infer<typeof identity>;

const content = z.object({
  /** Whether whoever opened the workspace has closed it in order. */
  closed: z.boolean(),
  /** Whether the database was found whole after the last end that was none in order. */
  checked: z.boolean(),
  database: identity,
});

/**
 * What an opening knows of the database's file. 'whole': nobody touched it since it was closed in order. 'unchecked': it is
 * as its own writer left it, who was killed, or lost power. 'unknown': it may be anything, such as a copy, a backup in its
 * place, or a file that another program has written to.
 */
export type Trust = 'whole' | 'unchecked' | 'unknown';

/** Only the holder of the workspace's lock may ask, before anything is opened. */
export function trustIn(folder: string): Trust {
  const { database, seal } = layoutOf(folder);
  const found = identityOf(database);
  let known: z.infer<typeof content>;
  try {
    known = content.parse(JSON.parse(readFileSync(seal, 'utf8')));
  } catch {
    return 'unknown';
  }
  if (found === null || !isSame(found, known.database)) return 'unknown';
  // Closing in order leaves no log: one that is there came from elsewhere.
  if (known.closed && hasLog(database)) return 'unknown';
  return known.closed && known.checked ? 'whole' : 'unchecked';
}

/**
 * Keeps, beside an open database, how its file stands, so that the next opening knows whether it has to be read whole. Every
 * write goes through `during`: a file that changed between two of them was changed by another program, and is not vouched for.
 */
export class Seal {
  readonly #folder: string;
  #checked: boolean;
  /** Null once the file is not vouched for any more. */
  #noted: FileIdentity | null;

  /** @param checked whether the database is known to be whole */
  constructor(folder: string, checked: boolean) {
    this.#folder = folder;
    this.#checked = checked;
    this.#noted = identityOf(layoutOf(folder).database);
    this.#write(false);
  }

  /** The database was read whole, and nothing is wrong with it. */
  noteChecked(): void {
    this.#checked = true;
    this.#write(false);
  }

  /** From now on nothing is vouched for: the next opening reads the database whole. */
  spoil(): void {
    this.#noted = null;
    this.#remove();
  }

  /** Does work that may write to the database's file, and notes what it is then. */
  during<T>(work: () => T): T {
    this.#lookForOthers();
    try {
      return work();
    } finally {
      this.#noteWrite();
    }
  }

  /** Does the last work, after which no connection is open. */
  close(work: () => void): void {
    this.#lookForOthers();
    work();
    if (this.#noted === null) return;
    this.#noted = identityOf(layoutOf(this.#folder).database);
    this.#write(true);
  }

  #lookForOthers(): void {
    const found = identityOf(layoutOf(this.#folder).database);
    if (this.#noted === null || (found !== null && isSame(found, this.#noted))) return;
    this.spoil();
  }

  #noteWrite(): void {
    const found = identityOf(layoutOf(this.#folder).database);
    if (this.#noted === null || (found !== null && isSame(found, this.#noted))) return;
    this.#noted = found;
    this.#write(false);
  }

  /** Whatever keeps it from being written, such as a full disk: without it the next opening reads the database whole. */
  #write(closed: boolean): void {
    if (this.#noted === null) return this.#remove();
    const { seal } = layoutOf(this.#folder);
    const partial = `${seal}.partial`;
    try {
      const handle = openSync(partial, 'w', PRIVATE_FILE);
      try {
        // The umask may have taken from the mode what its owner needs.
        fchmodSync(handle, PRIVATE_FILE);
        const text = { closed, checked: this.#checked, database: this.#noted };
        writeSync(handle, `${JSON.stringify(text)}\n`);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(partial, seal);
      syncFolder(this.#folder);
    } catch {
      this.#remove();
    }
  }

  #remove(): void {
    const { seal } = layoutOf(this.#folder);
    try {
      for (const file of [seal, `${seal}.partial`]) rmSync(file, { force: true });
    } catch {
      // One that cannot be removed speaks of a file that was another then.
    }
  }
}

/** Null where there is no such file. */
function identityOf(file: string): FileIdentity | null {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  if (!found?.isFile()) return null;
  return {
    device: String(found.dev),
    inode: String(found.ino),
    size: String(found.size),
    modified: String(found.mtimeNs),
    changed: String(found.ctimeNs),
  };
}

function isSame(one: FileIdentity, other: FileIdentity): boolean {
  return (
    one.device === other.device &&
    one.inode === other.inode &&
    one.size === other.size &&
    one.modified === other.modified &&
    one.changed === other.changed
  );
}
