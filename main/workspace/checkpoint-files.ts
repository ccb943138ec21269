import { createHash } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from './layout.ts';

/** A checkpoint file as its row tells of it. */
export interface CheckpointRow {
  epoch: number;
  file: string;
  size: number;
  sha256: string;
}

const PARTIAL = '.partial';
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
    if (mkdirSync(folder, { recursive: true })) syncFolder(this.#folder);
    const partial = join(folder, `${file}${PARTIAL}`);
    try {
      const handle = openSync(partial, 'w');
      try {
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

  remove(run: string, files: readonly string[]): void {
    for (const file of files) rmSync(join(this.#folder, run, file), { force: true });
  }

  removeAll(run: string): void {
    rmSync(join(this.#folder, run), { recursive: true, force: true });
  }

  /** Removes files of ours that no row speaks of: what was being written when the process died. Other files stay. */
  removeOrphans(known: ReadonlyMap<string, ReadonlySet<string>>): void {
    mkdirSync(this.#folder, { recursive: true });
    for (const entry of readdirSync(this.#folder, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const files = known.get(entry.name);
      const names = readdirSync(join(this.#folder, entry.name));
      const orphans = names.filter((name) => OURS.test(name) && !files?.has(name));
      this.remove(entry.name, orphans);
      if (orphans.length === names.length) rmdirSync(join(this.#folder, entry.name));
    }
  }
}
