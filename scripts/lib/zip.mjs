import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { Problem } from './problem.mjs';

// A reader of the ZIP format (PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16): wheels are such files,
// and of theirs we need two or three large members, streamed and checked.

const endSignature = 0x06054b50;
const centralSignature = 0x02014b50;
const localSignature = 0x04034b50;
const endSize = 22;
const centralSize = 46;
const localSize = 30;
const longestComment = 0xffff;

/**
 * @typedef {object} ZipEntry
 * @property {string} name
 * @property {0 | 8} method stored or deflated
 * @property {number} crc32
 * @property {number} packed bytes in the archive
 * @property {number} size bytes unpacked
 * @property {number} offset of the local header
 */

/**
 * The table of contents of an archive.
 * @param {string} file
 * @returns {Promise<ZipEntry[]>}
 * @throws {Problem} naming the file, where it is not a whole ZIP archive of a kind that we read
 */
export async function listZip(file) {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const tail = await readAt(handle, Math.max(0, size - endSize - longestComment), size);
    const end = findEnd(tail);
    if (end < 0) throw new Problem(`${file} is not a whole ZIP archive: its end record is missing.`);
    const count = tail.readUInt16LE(end + 10);
    const length = tail.readUInt32LE(end + 12);
    const start = tail.readUInt32LE(end + 16);
    if (count === 0xffff || start === 0xffffffff)
      throw new Problem(`${file} is a ZIP64 archive, which is not read.`);
    if (start + length > size) throw new Problem(`${file} is damaged: its directory lies outside of it.`);
    return parseDirectory(await readAt(handle, start, start + length), count, file);
  } finally {
    await handle.close();
  }
}

/**
 * Unpacks one member to a new file, written through to the disk, and checks its size and CRC-32.
 * @param {string} file the archive
 * @param {ZipEntry} entry
 * @param {string} target
 * @param {(bytes: number) => void} [onBytes] unpacked bytes since the last call
 * @returns {Promise<{ size: number, sha256: string }>}
 * @throws {Problem} where the archive is damaged; what was written is then for the caller to remove
 */
export async function extractEntry(file, entry, target, onBytes) {
  const handle = await open(file, 'r');
  let data;
  try {
    const header = await readAt(handle, entry.offset, entry.offset + localSize);
    if (header.length < localSize || header.readUInt32LE(0) !== localSignature) {
      throw new Problem(`${file} is damaged: the header of ${entry.name} is not where it should be.`);
    }
    data = entry.offset + localSize + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await handle.close();
  }
  const hash = createHash('sha256');
  let crc = 0;
  let size = 0;
  const check = new Transform({
    transform(chunk, _encoding, done) {
      size += chunk.length;
      if (size > entry.size) {
        done(new Problem(`${file} is damaged: ${entry.name} is longer than its directory says.`));
        return;
      }
      crc = crc32(chunk, crc);
      hash.update(chunk);
      onBytes?.(chunk.length);
      done(null, chunk);
    },
  });
  const source =
    entry.packed === 0
      ? Readable.from([])
      : createReadStream(file, { start: data, end: data + entry.packed - 1, highWaterMark: 1 << 20 });
  const sink = createWriteStream(target, { flags: 'wx', flush: true });
  try {
    if (entry.method === 0) await pipeline(source, check, sink);
    else await pipeline(source, zlib.createInflateRaw({ chunkSize: 1 << 20 }), check, sink);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('Z_'))
      throw new Problem(`${file} is damaged: ${entry.name} cannot be unpacked (${code}).`);
    throw error;
  }
  if (size !== entry.size || crc !== entry.crc32) {
    throw new Problem(`${file} is damaged: the checksum of ${entry.name} does not agree.`);
  }
  return { size, sha256: hash.digest('hex') };
}

/**
 * @param {import('node:fs/promises').FileHandle} handle
 * @param {number} start
 * @param {number} end
 */
async function readAt(handle, start, end) {
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}

/** @param {Buffer} tail */
function findEnd(tail) {
  for (let at = tail.length - endSize; at >= 0; at--) {
    if (tail.readUInt32LE(at) === endSignature && at + endSize + tail.readUInt16LE(at + 20) === tail.length)
      return at;
  }
  return -1;
}

/**
 * @param {Buffer} directory
 * @param {number} count
 * @param {string} file
 */
function parseDirectory(directory, count, file) {
  /** @type {ZipEntry[]} */
  const entries = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + centralSize > directory.length || directory.readUInt32LE(at) !== centralSignature) {
      throw new Problem(`${file} is damaged: its directory ends early.`);
    }
    const nameLength = directory.readUInt16LE(at + 28);
    const name = directory.toString('utf8', at + centralSize, at + centralSize + nameLength);
    const method = directory.readUInt16LE(at + 10);
    const encrypted = (directory.readUInt16LE(at + 8) & 1) === 1;
    if (!encrypted && (method === 0 || method === 8)) {
      entries.push({
        name,
        method,
        crc32: directory.readUInt32LE(at + 16),
        packed: directory.readUInt32LE(at + 20),
        size: directory.readUInt32LE(at + 24),
        offset: directory.readUInt32LE(at + 42),
      });
    }
    at += centralSize + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/**
 * CRC-32 (ISO 3309). Node has one of its own from 20.15 on, many times as fast.
 * @param {Buffer} bytes
 * @param {number} before the CRC of what came before
 * @returns {number}
 */
export function crc32(bytes, before) {
  if (typeof zlib.crc32 === 'function') return zlib.crc32(bytes, before);
  return portableCrc32(bytes, before);
}

/** @type {typeof crc32} */
export function portableCrc32(bytes, before) {
  let value = ~before;
  for (const byte of bytes) value = (table[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return ~value >>> 0;
}
