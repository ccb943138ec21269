import { createReadStream } from 'node:fs';
import { open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { createGunzip, gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { CascadeError, messageOf } from '../../../common/errors.ts';

const inflate = promisify(gunzip);

/** Larger than any sensible file of a data set, packed or not: one that promises more is damaged. */
export const LARGEST_FILE = 8 * 1024 ** 3;

/** The error of a file that is not what it should be: `what` goes on after its name, and ends with a full stop. */
export function badFile(file: string, what: string, cause?: unknown): CascadeError {
  return new CascadeError('BAD_DATA_FILE', `${file}: ${what}`, { cause });
}

const unreadable = (file: string, error: unknown): CascadeError =>
  badFile(file, `can not be read (${messageOf(error)}).`, error);

const unpackable = (file: string, error: unknown): CascadeError =>
  badFile(
    file,
    `is gzipped, but can not be unpacked (${messageOf(error)}); it is truncated or damaged.`,
    error,
  );

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * A whole file, unpacked where it is gzipped; one that unpacks to more than `largest` bytes is refused before it takes
 * more memory than that. Rejects with BAD_DATA_FILE.
 */
export async function readWhole(file: string, largest = LARGEST_FILE): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
  if (!isGzip(bytes)) return bytes;
  try {
    return await inflate(bytes, { maxOutputLength: Math.max(largest, 1) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw badFile(file, `unpacks to more than the ${largest} bytes that it should hold.`, error);
    throw unpackable(file, error);
  }
}

/** The beginning of a file, unpacked where it is gzipped, and how long the whole is: null where it is gzipped. */
export interface FileStart {
  bytes: Uint8Array;
  size: number | null;
}

/** The first `length` bytes of a file (fewer where it is shorter). Rejects with BAD_DATA_FILE. */
export async function readStart(file: string, length: number): Promise<FileStart> {
  let bytes = new Uint8Array(Math.max(length, 2));
  let size: number;
  try {
    const handle = await open(file);
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
  if (!isGzip(bytes)) return { bytes: bytes.subarray(0, length), size };
  return { bytes: await unpackStart(file, length), size: null };
}

async function unpackStart(file: string, length: number): Promise<Uint8Array> {
  const source = createReadStream(file);
  const unpacked = createGunzip();
  // An error of the file itself must end the reading too.
  source.on('error', (error) => unpacked.destroy(error));
  const parts: Uint8Array[] = [];
  let found = 0;
  try {
    for await (const part of source.pipe(unpacked) as AsyncIterable<Uint8Array>) {
      parts.push(part);
      found += part.length;
      if (found >= length) break;
    }
  } catch (error) {
    throw unpackable(file, error);
  } finally {
    source.destroy();
    unpacked.destroy();
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
  if (!found.isFile()) throw badFile(file, 'is not a file.');
  return found.size;
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
      handle = await open(file);
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
