import { stat, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip, gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { ByteSource } from '../../../codec/byte-source.ts';
import { CascadeError, messageOf } from '../../../../common/errors.ts';
import { printable } from '../../../base/names.ts';
import { fileStamp, notAFile, openRegularHandle, regularSource } from '../../../base/regular-files.ts';

const inflate = promisify(gunzip);

/** Larger than any sensible file of a data set, packed or not: one that promises more is damaged. */
export const LARGEST_FILE = 8 * 1024 ** 3;

/** Deflate packs 258 bytes into 2 bits at best: what promises to unpack to more than so many times its size is damaged. */
export const BEST_RATIO = 1032;

/**
 * The error of a file that is not what it should be: `what` goes on after its name, and ends with a full stop. Names
 * within it may be of the file's own making.
 */
export function badFile(file: string, what: string, cause?: unknown): CascadeError {
  return new CascadeError('BAD_DATA_FILE', printable(`${file}: ${what}`), { cause });
}

const unreadable = (file: string, error: unknown): CascadeError =>
  badFile(file, `cannot be read (${messageOf(error)}).`, error);

const unpackable = (file: string, error: unknown): CascadeError =>
  badFile(
    file,
    `is gzipped, but cannot be unpacked (${messageOf(error)}); it is truncated or damaged.`,
    error,
  );

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * A whole file, unpacked where it is gzipped; one that has or unpacks to more than `largest` bytes is refused before it
 * takes more memory than that. Rejects with BAD_DATA_FILE.
 */
export async function readWhole(file: string, largest: number): Promise<Uint8Array> {
  const bytes = await PartReader.with(file, (reader) => {
    // A packed file is a little longer where nothing in it repeats.
    if (reader.size > largest + largest / 1000 + 2 ** 16)
      throw badFile(file, `has ${reader.size} bytes, more than the ${largest} that it should hold.`);
    return reader.read(0, reader.size);
  });
  if (!isGzip(bytes)) return bytes;
  try {
    return await inflate(bytes, { maxOutputLength: Math.max(largest, 1) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw badFile(file, `unpacks to more than the ${largest} bytes that it should hold.`, error);
    throw unpackable(file, error);
  }
}

/** The beginning of a file, unpacked where it is gzipped. */
export interface FileStart {
  bytes: Uint8Array;
  /** Bytes of the whole file, as it lies there. */
  size: number;
  gzipped: boolean;
}

/** The first `length` bytes of a file (fewer where it is shorter). Rejects with BAD_DATA_FILE. */
export async function readStart(file: string, length: number): Promise<FileStart> {
  let bytes = new Uint8Array(Math.max(length, 2));
  let size: number;
  try {
    const handle = await openRegularHandle(file);
    try {
      ({ size } = await handle.stat());
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
      bytes = bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  if (!isGzip(bytes)) return { bytes: bytes.subarray(0, length), size, gzipped: false };
  return { bytes: await unpackStart(file, length), size, gzipped: true };
}

async function unpackStart(file: string, length: number): Promise<Uint8Array> {
  const source = (await openRegularHandle(file)).createReadStream();
  const unpacked = createGunzip();
  // An error of the file itself must end the reading too.
  source.on('error', (error) => unpacked.destroy(error));
  try {
    return await startOf(source.pipe(unpacked), length);
  } catch (error) {
    throw unpackable(file, error);
  } finally {
    source.destroy();
  }
}

/** The first bytes of a stream, fewer where it is shorter; it is ended with them. Rejects as it fails. */
export async function startOf(stream: Readable, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let found = 0;
  try {
    for await (const part of stream as AsyncIterable<Uint8Array>) {
      parts.push(part);
      found += part.length;
      if (found >= length) break;
    }
  } finally {
    stream.destroy();
  }
  return new Uint8Array(Buffer.concat(parts).subarray(0, length));
}

/** Size of a file in bytes. Rejects with BAD_DATA_FILE where it is no file that can be read. */
export async function sizeOfFile(file: string): Promise<number> {
  let found;
  try {
    found = await stat(file);
  } catch (error) {
    throw unreadable(file, error);
  }
  const what = notAFile(found);
  if (what !== null) throw badFile(file, `cannot be read: ${what}.`);
  return found.size;
}

/** Files that are asked about at once. */
const AT_ONCE = 256;

/** The stamp of each file, as `fileStamp`. Rejects with BAD_DATA_FILE. */
export async function stampsOfFiles(paths: readonly string[]): Promise<string[]> {
  const stampOf = async (path: string): Promise<string> =>
    fileStamp(
      await stat(path, { bigint: true }).catch((error: unknown) => {
        throw unreadable(path, error);
      }),
    );
  const stamps: string[] = [];
  for (let start = 0; start < paths.length; start += AT_ONCE)
    stamps.push(...(await Promise.all(paths.slice(start, start + AT_ONCE).map(stampOf))));
  return stamps;
}

/** A file whose parts are read when they are asked for, as `regularSource`; opening and reading fail with BAD_DATA_FILE. */
export async function openParts(file: string): Promise<ByteSource> {
  await sizeOfFile(file);
  const readable = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw unreadable(file, error);
    }
  };
  const { length, read } = readable(() => regularSource(file, Infinity));
  return { length, read: (from, to) => readable(() => read(from, to)) };
}

/** A file opened for reading parts of it; all of its functions reject with BAD_DATA_FILE, naming it. */
export class PartReader {
  readonly file: string;
  readonly size: number;
  readonly #handle: FileHandle;

  private constructor(file: string, size: number, handle: FileHandle) {
    this.file = file;
    this.size = size;
    this.#handle = handle;
  }

  /** Opens a file for as long as `use` takes. */
  static async with<T>(file: string, use: (reader: PartReader) => Promise<T>): Promise<T> {
    const size = await sizeOfFile(file);
    let handle: FileHandle;
    try {
      handle = await openRegularHandle(file);
    } catch (error) {
      throw unreadable(file, error);
    }
    try {
      return await use(new PartReader(file, size, handle));
    } finally {
      await handle.close();
    }
  }

  /** `length` bytes from `position` on; it is an error for the file to end before. */
  async read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (position + length > this.size)
      throw badFile(this.file, `is truncated: it ends at byte ${this.size} of ${position + length}.`);
    if (!(position >= 0 && length >= 0 && length <= LARGEST_FILE))
      throw badFile(this.file, `cannot be read: a part of it has ${length} bytes.`);
    const bytes = new Uint8Array(length);
    // One call of the system reads at most 2 GiB.
    const most = 2 ** 30;
    try {
      for (let done = 0; done < length;) {
        const wanted = Math.min(most, length - done);
        const { bytesRead } = await this.#handle.read(bytes, done, wanted, position + done);
        if (bytesRead === 0) throw new Error('it became shorter while it was read');
        done += bytesRead;
      }
    } catch (error) {
      throw unreadable(this.file, error);
    }
    return bytes;
  }
}
