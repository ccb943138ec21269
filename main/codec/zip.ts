import { crc32, inflateRawSync } from 'node:zlib';
import { Inflate } from 'fflate';
import { CascadeError } from '../../common/errors.ts';
import { isPassedOver, quoted } from '../base/names.ts';
import { sourceOf, type ByteSource } from './byte-source.ts';

/**
 * ZIP archives (APPNOTE.TXT, ZIP64 too), stored or deflated, read part by part: no more than the directory and the
 * wanted files is in memory. Sizes and checksums are checked, so that a damaged file is never taken for a whole one.
 * Every function throws CascadeError BAD_ZIP, saying what is wrong with the archive, and what its source throws.
 *
 * Set-up has a reader of its own (`scripts/lib/zip.mjs`): it works before any package is installed.
 */

const END = 0x06054b50;
const END_BYTES = 22;
const END_64_LOCATOR = 0x07064b50;
const LOCATOR_BYTES = 20;
const END_64 = 0x06064b50;
const END_64_BYTES = 56;
const LONGEST_COMMENT = 0xffff;
/** A hundred thousand names. */
const LONGEST_DIRECTORY = 2 ** 24;
const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const ZIP64_EXTRA = 1;
/** Written where a number stands in the ZIP64 extra instead. */
const IN_ZIP64 = 0xffffffff;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
/** Deflate packs 258 bytes into 2 bits at best: a file that claims more is damaged, and would take memory for nothing. */
const BEST_RATIO = 1032;
/** Larger than any sensible file: one that promises more is damaged. */
const LARGEST_FILE = 8 * 1024 ** 3;
/** Packed bytes that are unpacked at once where only a beginning is wanted. */
const STEP = 1024;

/** A file of an archive, as the directory describes it. */
export interface ZipEntry {
  name: string;
  flags: number;
  method: number;
  checksum: number;
  packed: number;
  size: number;
  /** Offset of the file's own header. */
  position: number;
}

/** The files in the order of the directory. What systems keep for themselves, as `__MACOSX`, and folders are passed over. */
export function listZip(source: ByteSource): ZipEntry[] {
  const { count, start, length } = findDirectory(source);
  if (length > LONGEST_DIRECTORY) throw bad(`has a directory of ${length} bytes, more than are read`);
  const directory = source.read(start, start + length);
  const entries: ZipEntry[] = [];
  let position = 0;
  for (let found = 0; found < count; found++) {
    const next = readHeader(directory, position);
    if (!next) throw bad(`has a damaged directory: it ends after ${found} of ${count} files`);
    position = next.end;
    if (!next.entry.name.endsWith('/') && !isPassedOver(next.entry.name)) entries.push(next.entry);
  }
  return entries;
}

/** A whole file, its length and checksum compared with what the directory says. */
export function readZipEntry(source: ByteSource, entry: ZipEntry): Uint8Array<ArrayBuffer> {
  const { name, method, checksum, packed, size } = entry;
  const start = contentStart(source, entry);
  if (start + packed > source.length) throw bad(`is cut off within ${quoted(name)}`);
  const most = Math.min(LARGEST_FILE, method === STORED ? packed : BEST_RATIO * packed);
  // Deflate makes a file that it cannot pack a little longer.
  if (size > most || packed > size + size / 1000 + 2 ** 16)
    throw bad(`holds ${quoted(name)} damaged: it says that it unpacks from ${packed} bytes to ${size}`);
  const bytes = unpack(source.read(start, start + packed), entry);
  if (bytes.length !== size || crc32(bytes) !== checksum)
    throw bad(`holds ${quoted(name)} damaged: its length or checksum is wrong`);
  return bytes;
}

/** The first `length` bytes of a file, fewer where it is shorter; little more of it is read and unpacked. */
export function readZipEntryStart(source: ByteSource, entry: ZipEntry, length: number): Uint8Array {
  const start = contentStart(source, entry);
  const end = Math.min(start + entry.packed, source.length);
  if (entry.method === STORED) return source.read(start, Math.min(end, start + length));
  const parts: Uint8Array[] = [];
  let found = 0;
  const inflate = new Inflate((part) => {
    parts.push(part);
    found += part.length;
  });
  try {
    for (let at = start; at < end && found < length; at += STEP)
      inflate.push(source.read(at, Math.min(end, at + STEP)), at + STEP >= end);
  } catch (error) {
    if (error instanceof CascadeError) throw error;
    throw bad(`holds ${quoted(entry.name)} damaged: it cannot be unpacked`);
  }
  return new Uint8Array(Buffer.concat(parts).subarray(0, length));
}

/**
 * All files that are wanted, unpacked, by name.
 *
 * @param limit bytes that all files together may unpack to
 * @param largest bytes that a file of a name may unpack to; null where it is not wanted, and not unpacked
 */
export function readZip(
  archive: Uint8Array | ByteSource,
  limit: number,
  largest: (name: string) => number | null = () => limit,
): { name: string; bytes: Uint8Array<ArrayBuffer> }[] {
  const source = archive instanceof Uint8Array ? sourceOf(archive) : archive;
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  let left = limit;
  for (const entry of listZip(source)) {
    const { name, size } = entry;
    const most = largest(name);
    if (most === null) continue;
    if (files.has(name)) throw bad(`holds ${quoted(name)} twice`);
    if (size > most)
      throw bad(`has ${quoted(name)} of ${size} bytes, more than the ${most} that it can need`);
    if (size > left) throw bad(`unpacks to more than ${limit} bytes`);
    left -= size;
    files.set(name, readZipEntry(source, entry));
  }
  return [...files].map(([name, bytes]) => ({ name, bytes }));
}

/** The end of the directory stands before a comment of any length. */
function findDirectory(source: ByteSource): { count: number; start: number; length: number } {
  const from = Math.max(0, source.length - END_BYTES - LONGEST_COMMENT);
  const tail = viewOf(source.read(from, source.length));
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    const found = wideDirectory(source, tail, at - LOCATOR_BYTES) ?? {
      count: tail.getUint16(at + 10, true),
      length: tail.getUint32(at + 12, true),
      start: tail.getUint32(at + 16, true),
    };
    if (found.start + found.length > from + at)
      throw bad('has a damaged directory: it is larger than the archive');
    return found;
  }
  throw bad('is not a ZIP archive, as .npz files are, or is cut short: it has no directory at its end');
}

/** What the end record of ZIP64 says, if the locator before the plain end record leads to one. */
function wideDirectory(
  source: ByteSource,
  tail: DataView,
  at: number,
): { count: number; start: number; length: number } | null {
  if (at < 0 || tail.getUint32(at, true) !== END_64_LOCATOR) return null;
  const position = Number(tail.getBigUint64(at + 8, true));
  if (position + END_64_BYTES > source.length) return null;
  const wide = viewOf(source.read(position, position + END_64_BYTES));
  if (wide.getUint32(0, true) !== END_64) return null;
  const [count, length, start] = [32, 40, 48].map((field) => Number(wide.getBigUint64(field, true)));
  return { count: count!, length: length!, start: start! };
}

/** The entry at an offset of the directory, and where the next one begins; null where there is none. */
function readHeader(directory: Uint8Array, at: number): { entry: ZipEntry; end: number } | null {
  const view = viewOf(directory);
  if (at + CENTRAL_BYTES > directory.length || view.getUint32(at, true) !== CENTRAL) return null;
  const extra = at + CENTRAL_BYTES + view.getUint16(at + 28, true);
  const comment = extra + view.getUint16(at + 30, true);
  const end = comment + view.getUint16(at + 32, true);
  if (end > directory.length) return null;
  const wide = zip64Numbers(view, extra, comment);
  const number = (field: number): number => {
    const value = view.getUint32(at + field, true);
    return value === IN_ZIP64 ? wide() : value;
  };
  // The order of the wide numbers is this one.
  const [size, packed, position] = [number(24), number(20), number(42)];
  const entry = {
    name: new TextDecoder().decode(directory.subarray(at + CENTRAL_BYTES, extra)),
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    checksum: view.getUint32(at + 16, true),
    packed,
    size,
    position,
  };
  return { entry, end };
}

/** The 64-bit numbers of an entry's extra field, one after another. */
function zip64Numbers(view: DataView, from: number, to: number): () => number {
  let position = to;
  let end = to;
  for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true))
    if (view.getUint16(at, true) === ZIP64_EXTRA) {
      position = at + 4;
      end = Math.min(to, position + view.getUint16(at + 2, true));
      break;
    }
  return () => {
    if (position + 8 > end) throw bad('has a damaged directory: it lacks a 64-bit number');
    position += 8;
    return Number(view.getBigUint64(position - 8, true));
  };
}

/** Where the content of a file begins, behind its own header. */
function contentStart(source: ByteSource, { name, flags, method, position }: ZipEntry): number {
  if (flags & ENCRYPTED) throw bad(`holds ${quoted(name)} encrypted`);
  if (method !== STORED && method !== DEFLATED)
    throw bad(`holds ${quoted(name)} packed by method ${method}; only stored and deflated files are read`);
  const own =
    position + LOCAL_BYTES > source.length ? null : viewOf(source.read(position, position + LOCAL_BYTES));
  if (own?.getUint32(0, true) !== LOCAL)
    throw bad(`is damaged: ${quoted(name)} is not where its directory says`);
  return position + LOCAL_BYTES + own.getUint16(26, true) + own.getUint16(28, true);
}

function unpack(packed: Uint8Array<ArrayBuffer>, { name, method, size }: ZipEntry): Uint8Array<ArrayBuffer> {
  if (method === STORED) return packed;
  try {
    return new Uint8Array(inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) }));
  } catch {
    throw bad(`holds ${quoted(name)} damaged: it cannot be unpacked`);
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function bad(what: string): CascadeError {
  return new CascadeError('BAD_ZIP', `The archive ${what}.`);
}
