import { Readable } from 'node:stream';
import { constants, crc32, createInflateRaw, inflateRaw } from 'node:zlib';
import { promisify } from 'node:util';
import { isPassedOver } from '../../../shared/names.ts';
import { badFile, BEST_RATIO, LARGEST_FILE, startOf, type PartReader } from './files.ts';

const unpack = promisify(inflateRaw);

const END = 0x06054b50;
const END_64_LOCATOR = 0x07064b50;
const END_64 = 0x06064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
/** Stands for a number that is in the ZIP64 extra field instead. */
const ELSEWHERE = 0xffffffff;
/** The end record and the longest comment after it. */
const LONGEST_END = 22 + 0xffff;
/** Of the list of an archive's files: a hundred thousand names. */
const LONGEST_DIRECTORY = 16 * 1024 ** 2;

/** A file in a ZIP archive on disk, as the archive's directory describes it. */
export interface ZipFileEntry {
  name: string;
  method: number;
  checksum: number;
  packed: number;
  size: number;
  /** Where its own header lies. */
  position: number;
}

/**
 * The directory of a ZIP archive (APPNOTE.TXT, ZIP64 too), without reading its files, so that archives larger than
 * memory can be looked into. Rejects with BAD_DATA_FILE.
 */
export async function listZip(reader: PartReader): Promise<ZipFileEntry[]> {
  const { file } = reader;
  const { position, length, count } = await findDirectory(reader);
  if (length > reader.size) throw badFile(file, 'is a damaged archive: its directory is larger than itself.');
  if (length > LONGEST_DIRECTORY)
    throw badFile(file, `has a directory of ${length} bytes, more than are read.`);
  const directory = await reader.read(position, length);
  const view = viewOf(directory);
  const entries: ZipFileEntry[] = [];
  let found = 0;
  for (let at = 0; found < count;) {
    if (at + 46 > directory.length || view.getUint32(at, true) !== CENTRAL)
      throw badFile(file, `is a damaged archive: its directory ends after ${found} of ${count} files.`);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      view.getUint16(at + field, true),
    ) as [number, number, number];
    const name = Buffer.from(directory.subarray(at + 46, at + 46 + nameLength)).toString('utf8');
    if ((view.getUint16(at + 8, true) & ENCRYPTED) !== 0) throw badFile(file, `holds ${name} encrypted.`);
    const extra = directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    const wide = wideNumbers(extra);
    const number = (field: number): number => {
      const value = view.getUint32(at + field, true);
      return value === ELSEWHERE ? (wide.shift() ?? value) : value;
    };
    const [size, packed, offset] = [number(24), number(20), number(42)];
    const [method, checksum] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true)];
    at += 46 + nameLength + extraLength + commentLength;
    found += 1;
    // What an archiver keeps for itself is no array.
    if (isPassedOver(name)) continue;
    entries.push({
      name,
      method,
      checksum,
      packed,
      size,
      position: offset,
    });
  }
  return entries;
}

/** A whole file of the archive, its length and checksum compared with what the directory says. */
export async function readZipEntry(reader: PartReader, entry: ZipFileEntry): Promise<Uint8Array> {
  const { file } = reader;
  const { name, method, packed, size, checksum } = entry;
  if (size > LARGEST_FILE || size > packed * (method === STORED ? 1 : BEST_RATIO) + 64)
    throw badFile(file, `says that ${name} unpacks from ${packed} bytes to ${size}: it is damaged.`);
  const bytes = await reader.read(await dataPosition(reader, entry), packed);
  let content: Uint8Array;
  try {
    content = method === STORED ? bytes : await unpack(bytes, { maxOutputLength: Math.max(size, 1) });
  } catch (error) {
    throw badFile(file, `${name} in it can not be unpacked: it is damaged.`, error);
  }
  if (content.length !== size || crc32(content) !== checksum)
    throw badFile(file, `${name} in it is damaged: its length or checksum is wrong.`);
  return content;
}

/** The first `length` bytes of a file of the archive, unless it is shorter; no more of it is unpacked. */
export async function readZipEntryStart(
  reader: PartReader,
  entry: ZipFileEntry,
  length: number,
): Promise<Uint8Array> {
  const wanted = Math.min(entry.packed, entry.method === STORED ? length : length + 1024);
  const bytes = await reader.read(await dataPosition(reader, entry), wanted);
  if (entry.method === STORED) return bytes;
  const unpacked = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
  try {
    return await startOf(Readable.from([bytes]).pipe(unpacked), length);
  } catch (error) {
    throw badFile(reader.file, `${entry.name} in it can not be unpacked: it is damaged.`, error);
  }
}

async function dataPosition(reader: PartReader, { name, method, position }: ZipFileEntry): Promise<number> {
  if (method !== STORED && method !== DEFLATED)
    throw badFile(
      reader.file,
      `holds ${name} packed by method ${method}; only stored and deflated are read.`,
    );
  const header = viewOf(await reader.read(position, 30));
  if (header.getUint32(0, true) !== LOCAL)
    throw badFile(reader.file, `is a damaged archive: ${name} is not where its directory says.`);
  return position + 30 + header.getUint16(26, true) + header.getUint16(28, true);
}

async function findDirectory(
  reader: PartReader,
): Promise<{ position: number; length: number; count: number }> {
  const length = Math.min(reader.size, LONGEST_END);
  const start = reader.size - length;
  const tail = viewOf(await reader.read(start, length));
  for (let at = length - 22; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    const found = {
      count: tail.getUint16(at + 10, true),
      length: tail.getUint32(at + 12, true),
      position: tail.getUint32(at + 16, true),
    };
    if (at < 20 || tail.getUint32(at - 20, true) !== END_64_LOCATOR) return found;
    const wide = viewOf(await reader.read(Number(tail.getBigUint64(at - 12, true)), 56));
    if (wide.getUint32(0, true) !== END_64) return found;
    return {
      count: Number(wide.getBigUint64(32, true)),
      length: Number(wide.getBigUint64(40, true)),
      position: Number(wide.getBigUint64(48, true)),
    };
  }
  throw badFile(
    reader.file,
    'is not a ZIP archive, as .npz files are, or is cut short: it has no directory.',
  );
}

/** The numbers of the ZIP64 extra field, in their order: size, packed size, position. */
function wideNumbers(extra: Uint8Array): number[] {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const length = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1 && at + 4 + length <= extra.length)
      return Array.from({ length: Math.floor(length / 8) }, (_, index) =>
        Number(view.getBigUint64(at + 4 + 8 * index, true)),
      );
    at += 4 + length;
  }
  return [];
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
