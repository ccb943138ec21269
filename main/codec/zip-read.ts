import { inflateSync } from 'fflate';
import { CascadeError } from '../../common/errors.ts';
import { isPassedOver, quoted } from '../shared/names.ts';
import { sourceOf, type ByteSource } from './byte-source.ts';

/** One file of an archive, unpacked. */
export interface ZipEntry {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

const END = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
/** Of the 65,534 files that there may be. */
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

/**
 * All files of a ZIP archive (APPNOTE.TXT), stored or deflated, in the order of its directory. Sizes and checksums are
 * checked, so that a damaged file is never taken for a whole one.
 *
 * What systems keep for themselves, as `__MACOSX`, is passed over.
 *
 * @param limit bytes that all files together may unpack to
 * @param largest bytes that a file of a name may unpack to; null where it is not wanted, and not unpacked
 * Of an archive that is read part by part, no more than the directory and the files that are wanted is in memory.
 *
 * @throws CascadeError BAD_ZIP saying what is wrong
 */
export function readZip(
  archive: Uint8Array | ByteSource,
  limit: number,
  largest: (name: string) => number | null = () => limit,
): ZipEntry[] {
  const source = archive instanceof Uint8Array ? sourceOf(archive) : archive;
  const { count, start, end } = findDirectory(source);
  if (end - start > LONGEST_DIRECTORY)
    throw bad(`has a directory of ${end - start} bytes, more than are read`);
  const directory = source.read(start, end);
  const view = viewOf(directory);
  const entries: ZipEntry[] = [];
  let position = 0;
  let left = limit;
  for (let entry = 0; entry < count; entry++) {
    if (position + CENTRAL_BYTES > directory.length || view.getUint32(position, true) !== CENTRAL)
      throw bad('has a damaged directory');
    const header = readHeader(directory, view, position);
    position = header.next;
    const most = largest(header.name);
    if (header.name.endsWith('/') || isPassedOver(header.name) || most === null) continue;
    if (header.size > most)
      throw bad(`has ${quoted(header.name)} of ${header.size} bytes, more than the ${most} that it can need`);
    if (header.size > left) throw bad(`unpacks to more than ${limit} bytes`);
    left -= header.size;
    entries.push({ name: header.name, bytes: unpack(source, header) });
  }
  const names = entries.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw bad(`holds '${twice}' twice`);
  return entries;
}

interface Header {
  name: string;
  flags: number;
  method: number;
  checksum: number;
  packed: number;
  size: number;
  /** Offset of the file's own header. */
  local: number;
  /** Offset of the next entry of the directory. */
  next: number;
}

/** The end of the directory stands before a comment of any length. */
function findDirectory(source: ByteSource): { count: number; start: number; end: number } {
  const from = Math.max(0, source.length - END_BYTES - LONGEST_COMMENT);
  const view = viewOf(source.read(from, source.length));
  for (let at = view.byteLength - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue;
    const count = view.getUint16(at + 10, true);
    const start = view.getUint32(at + 16, true);
    if (count === 0xffff || start === IN_ZIP64) throw bad('has more than 65,534 files or 4 GiB');
    const end = start + view.getUint32(at + 12, true);
    if (end > from + at) throw bad('has a damaged directory');
    return { count, start, end };
  }
  throw bad('has no directory at its end: it is no ZIP, or cut off');
}

function readHeader(directory: Uint8Array, view: DataView, at: number): Header {
  const nameBytes = view.getUint16(at + 28, true);
  const extraBytes = view.getUint16(at + 30, true);
  const next = at + CENTRAL_BYTES + nameBytes + extraBytes + view.getUint16(at + 32, true);
  if (next > directory.length) throw bad('has a damaged directory');
  const extra = at + CENTRAL_BYTES + nameBytes;
  const wide = zip64Numbers(view, extra, extra + extraBytes);
  const number = (offset: number): number => {
    const value = view.getUint32(at + offset, true);
    return value === IN_ZIP64 ? wide() : value;
  };
  // The order of the wide numbers is this one.
  const size = number(24);
  const packed = number(20);
  const local = number(42);
  return {
    name: new TextDecoder().decode(directory.subarray(at + CENTRAL_BYTES, extra)),
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    checksum: view.getUint32(at + 16, true),
    packed,
    size,
    local,
    next,
  };
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
    if (position + 8 > end) throw bad('has a damaged directory');
    position += 8;
    return Number(view.getBigUint64(position - 8, true));
  };
}

function unpack(source: ByteSource, header: Header): Uint8Array<ArrayBuffer> {
  const { name, flags, method, checksum, packed, size, local } = header;
  if (flags & ENCRYPTED) throw bad(`holds '${name}' encrypted`);
  if (method !== STORED && method !== DEFLATED)
    throw bad(`holds '${name}' packed by method ${method}: only stored and deflated files are read`);
  const own = local + LOCAL_BYTES > source.length ? null : viewOf(source.read(local, local + LOCAL_BYTES));
  if (own?.getUint32(0, true) !== LOCAL) throw bad(`does not have '${name}' where its directory says`);
  const start = local + LOCAL_BYTES + own.getUint16(26, true) + own.getUint16(28, true);
  if (start + packed > source.length) throw bad(`is cut off within '${name}'`);
  if (size > (method === STORED ? packed : BEST_RATIO * packed)) throw bad(`holds '${name}' damaged`);
  const bytes = inflate(source.read(start, start + packed), method, size, name);
  if (bytes.length !== size || crc32(bytes) !== checksum) throw bad(`holds '${name}' damaged`);
  return bytes;
}

function inflate(
  packed: Uint8Array<ArrayBuffer>,
  method: number,
  size: number,
  name: string,
): Uint8Array<ArrayBuffer> {
  if (method === STORED) return packed;
  try {
    return inflateSync(packed, { out: new Uint8Array(size) }) as Uint8Array<ArrayBuffer>;
  } catch {
    throw bad(`holds '${name}' damaged`);
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

const POLYNOMIAL = 0xedb88320;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (let index = 0; index < bytes.length; index++)
    value = TABLE[(value ^ bytes[index]!) & 0xff]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

function bad(what: string): CascadeError {
  return new CascadeError('BAD_ZIP', `The archive ${what}.`);
}
