import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  statSync,
  type BigIntStats,
  type Stats,
} from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';

/**
 * Files that a study or a command names. What stands at such a path may be a pipe that nobody writes to, a device, or
 * something without an end: only regular files are opened, and never more is read than they were long.
 */

/** Does not wait for a pipe's other side, should one have come since; Windows knows neither flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
/** One call of the system reads at most 2 GiB. */
const MOST_AT_ONCE = 2 ** 30;

/** What stands at a path in a file's place, in words; null for a file. */
export function notAFile(found: Stats): string | null {
  if (found.isFile()) return null;
  const kind = found.isDirectory()
    ? 'folder'
    : found.isFIFO()
      ? 'pipe'
      : found.isSocket()
        ? 'socket'
        : 'device';
  return `it is not a file but a ${kind}`;
}

/**
 * What tells, without reading it, that a file is the one of before: equal stamps mean equal content. The time of change
 * (ctime) is among them because copies that keep times (`cp -p`, `rsync -t`, `tar`) set that of modification back.
 */
export function fileStamp({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  return `${size} ${mtimeNs} ${ctimeNs} ${ino}`;
}

function refuseOthers(found: Stats): void {
  const what = notAFile(found);
  if (what !== null) throw new Error(what);
}

/** Opens a regular file for reading. @throws Error saying why not, as a part of a sentence */
export function openRegular(path: string): number {
  // Looked at before it is opened too: opening a device can already do something.
  refuseOthers(statSync(path));
  const handle = openSync(path, FLAGS);
  try {
    refuseOthers(fstatSync(handle));
    return handle;
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

/** The same without waiting. Rejects as `openRegular` throws. */
export async function openRegularHandle(path: string): Promise<FileHandle> {
  refuseOthers(await stat(path));
  const handle = await open(path, FLAGS);
  try {
    refuseOthers(await handle.stat());
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * A whole regular file, in a buffer of its own.
 *
 * @param largest bytes that it may have; a larger one is not read at all
 * @throws Error saying why not, as a part of a sentence
 */
export function readRegular(path: string, largest: number): Uint8Array<ArrayBuffer> {
  const handle = openRegular(path);
  try {
    const { size } = fstatSync(handle);
    if (size > largest) throw new Error(`it has ${size} bytes, more than the ${largest} that are read`);
    const bytes = new Uint8Array(size);
    for (let done = 0; done < size;) {
      const read = readSync(handle, bytes, done, Math.min(MOST_AT_ONCE, size - done), done);
      if (read === 0) throw new Error('it became shorter while it was read');
      done += read;
    }
    return bytes;
  } finally {
    closeSync(handle);
  }
}
