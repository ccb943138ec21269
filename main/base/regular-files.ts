import { createHash } from 'node:crypto';
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
import type { ByteSource } from '../codec/byte-source.ts';

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

/** Bytes of a file that are hashed at once. */
const HASHED_AT_ONCE = 2 ** 22;

/**
 * A regular file whose parts are read when they are asked for, each from the file as it is then.
 *
 * @param largest bytes that it may have
 * @throws Error saying why not, as a part of a sentence; so does reading
 */
export function regularSource(path: string, largest: number): ByteSource {
  const handle = openRegular(path);
  try {
    const { size } = fstatSync(handle);
    refuseLarger(size, largest);
    return { length: size, read: (from, to) => readPart(path, from, to) };
  } finally {
    closeSync(handle);
  }
}

function readPart(path: string, from: number, to: number): Uint8Array<ArrayBuffer> {
  const handle = openRegular(path);
  try {
    return readFrom(handle, from, to - from);
  } finally {
    closeSync(handle);
  }
}

/** SHA-256 of what a source holds, in hexadecimal digits, never with more than a few megabytes of it in memory. */
export function sha256Of(source: ByteSource): string {
  const hash = createHash('sha256');
  for (let from = 0; from < source.length; from += HASHED_AT_ONCE)
    hash.update(source.read(from, Math.min(source.length, from + HASHED_AT_ONCE)));
  return hash.digest('hex');
}

function refuseLarger(size: number, largest: number): void {
  if (size > largest) throw new Error(`it has ${size} bytes, more than the ${largest} that are read`);
}

function readFrom(handle: number, position: number, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let done = 0; done < size;) {
    const read = readSync(handle, bytes, done, Math.min(MOST_AT_ONCE, size - done), position + done);
    if (read === 0) throw new Error('it became shorter while it was read');
    done += read;
  }
  return bytes;
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
    refuseLarger(size, largest);
    return readFrom(handle, 0, size);
  } finally {
    closeSync(handle);
  }
}
