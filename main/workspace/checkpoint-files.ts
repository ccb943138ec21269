import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ByteSource } from '../codec/byte-source.ts';
import { decodeSafetensors } from '../codec/safetensors.ts';
import { CascadeError } from '../../common/errors.ts';
import { syncFolder } from './layout.ts';
import { makePrivateFolder, PRIVATE_FILE } from './private-files.ts';
import { hashOf, setAside } from './set-aside.ts';

/** A checkpoint file as its row tells of it. */
export interface CheckpointRow {
  epoch: number;
  file: string;
  size: number;
  sha256: string;
}

const PARTIAL = '.partial';
/** What the folder of a run is called while it is being removed. */
const REMOVED = '.removed';
const RUN = /^[0-9a-f]{12}-s\d+$/;
/** Names under which a checkpoint may have been set aside. */
const OF_EPOCH = /^epoch-(\d+)[-.]/;
const OURS = /^epoch-\d+(-[0-9a-f]{8})?\.safetensors(\.partial)?$/;

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A file's bytes in a buffer of their own, which can be handed to another thread. */
function readWhole(path: string): Uint8Array<ArrayBuffer> {
  const handle = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(fstatSync(handle).size);
    let done = 0;
    while (done < bytes.length) {
      const read = readSync(handle, bytes, done, bytes.length - done, done);
      if (read === 0) break;
      done += read;
    }
    return bytes.subarray(0, done);
  } finally {
    closeSync(handle);
  }
}

function readPart(handle: number, from: number, to: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(to - from);
  for (let done = 0; done < bytes.length;) {
    const read = readSync(handle, bytes, done, bytes.length - done, from + done);
    if (read === 0) throw new CascadeError('BAD_SAFETENSORS', 'The file became shorter while it was read.');
    done += read;
  }
  return bytes;
}

/**
 * Checkpoints as files, a folder a run. A file that a row speaks of is never changed: a file comes into its name
 * whole and synced, before its row, and goes after its row.
 */
export class CheckpointFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Writes an image and answers with its row, which is yet to be committed. `taken` are the names that the run's
   * rows use now.
   */
  write(run: string, epoch: number, bytes: Uint8Array, taken: ReadonlySet<string>): CheckpointRow {
    const hash = sha256(bytes);
    const plain = `epoch-${epoch}.safetensors`;
    const file = taken.has(plain) ? `epoch-${epoch}-${hash.slice(0, 8)}.safetensors` : plain;
    const folder = join(this.#folder, run);
    makePrivateFolder(this.#folder);
    if (makePrivateFolder(folder)) syncFolder(this.#folder);
    const partial = join(folder, `${file}${PARTIAL}`);
    try {
      const handle = openSync(partial, 'w', PRIVATE_FILE);
      try {
        fchmodSync(handle, PRIVATE_FILE);
        for (let done = 0; done < bytes.length;) done += writeSync(handle, bytes, done, bytes.length - done);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(partial, join(folder, file));
      syncFolder(folder);
    } catch (error) {
      rmSync(partial, { force: true });
      throw error;
    }
    return { epoch, file, size: bytes.length, sha256: hash };
  }

  /** The image of a row, or null where the file is missing or not what was written. */
  read(run: string, row: CheckpointRow): Uint8Array<ArrayBuffer> | null {
    try {
      const bytes = readWhole(join(this.#folder, run, row.file));
      return bytes.length === row.size && sha256(bytes) === row.sha256 ? bytes : null;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  }

  /**
   * What `look` makes of a file of which it reads parts alone; null where the file is missing or has another size. Its hash
   * is not compared, which would take the whole file.
   */
  lookInto<T>(run: string, row: CheckpointRow, look: (source: ByteSource) => T): T | null {
    let handle: number;
    try {
      handle = openSync(join(this.#folder, run, row.file), 'r');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
    try {
      if (fstatSync(handle).size !== row.size) return null;
      return look({ length: row.size, read: (from, to) => readPart(handle, from, to) });
    } finally {
      closeSync(handle);
    }
  }

  /** Whether the file of a row is there and has its size. */
  isThere(run: string, row: CheckpointRow): boolean {
    return statSync(join(this.#folder, run, row.file), { throwIfNoEntry: false })?.size === row.size;
  }

  remove(run: string, files: readonly string[]): void {
    for (const file of files) rmSync(join(this.#folder, run, file), { force: true });
  }

  /** Takes a run's folder out of the way before its rows go, so that whoever finds it later knows that it was to go. */
  markRemoval(run: string): void {
    const marked = join(this.#folder, run + REMOVED);
    rmSync(marked, { recursive: true, force: true });
    if (existsSync(join(this.#folder, run))) renameSync(join(this.#folder, run), marked);
  }

  /** Where the rows could not be removed after all. */
  unmarkRemoval(run: string): void {
    const marked = join(this.#folder, run + REMOVED);
    if (existsSync(marked)) renameSync(marked, join(this.#folder, run));
  }

  removeMarked(run: string): void {
    rmSync(join(this.#folder, run + REMOVED), { recursive: true, force: true });
  }

  /** Ends the removals that a process that died had begun: of runs that the database still knows none took place. */
  settleRemovals(isKnown: (run: string) => boolean): void {
    for (const name of namesIn(this.#folder)) {
      const run = name.slice(0, -REMOVED.length);
      if (!name.endsWith(REMOVED) || !RUN.test(run)) continue;
      if (!isKnown(run)) this.removeMarked(run);
      else if (!existsSync(join(this.#folder, run))) this.unmarkRemoval(run);
    }
  }

  /** The files of ours that are there, by run: checkpoints, and those that were being written. Others are not looked at. */
  list(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const run of namesIn(this.#folder)) {
      if (!RUN.test(run)) continue;
      const files = namesIn(join(this.#folder, run)).filter((name) => OURS.test(name));
      if (files.length > 0) found.set(run, files);
    }
    return found;
  }

  /**
   * Moves a file that no row speaks of into the folder of what was lost. One that was being written is removed instead,
   * where it is certain that its end is missing.
   *
   * @returns where it is now, or null where it was removed
   */
  setAside(run: string, file: string, lost: string): string | null {
    const folder = join(this.#folder, run);
    const path = join(folder, file);
    const half = file.endsWith(PARTIAL) && !isWhole(path);
    if (half) rmSync(path);
    const aside = half ? null : setAside(path, lost, run, file.replace(PARTIAL, ''));
    if (namesIn(folder).length === 0) rmdirSync(folder);
    return aside;
  }

  /** Takes the file of a row back from among what was set aside. @returns whether it was there, as the row tells of it */
  takeBack(run: string, row: CheckpointRow, lost: string): boolean {
    const candidates = namesIn(join(lost, run)).filter(
      (name) => OF_EPOCH.exec(name)?.[1] === String(row.epoch),
    );
    for (const name of candidates) {
      const path = join(lost, run, name);
      if (statSync(path).size !== row.size || hashOf(path) !== row.sha256) continue;
      for (const folder of [this.#folder, join(this.#folder, run)]) makePrivateFolder(folder);
      renameSync(path, join(this.#folder, run, row.file));
      syncFolder(join(this.#folder, run));
      return true;
    }
    return false;
  }
}

/** Names in a folder; none where it is not there, or is not one. */
function namesIn(folder: string): string[] {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [];
}

function isWhole(path: string): boolean {
  try {
    decodeSafetensors(readWhole(path));
    return true;
  } catch {
    return false;
  }
}
