import { badFile } from './files.ts';

const BLOCK = 512;

/** A header block of a tar archive. */
interface TarHeader {
  name: string;
  size: number;
  /** '0' for a plain file. */
  type: string;
}

/**
 * The plain files of a tar archive (POSIX ustar, as Python, GNU and BSD write them), by their names; nothing is copied.
 * Entries of other types are passed over. Throws BAD_DATA_FILE, naming `file`, where the archive is cut short or damaged.
 */
export function readTar(file: string, bytes: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let offset = 0;
  for (;;) {
    if (offset + BLOCK > bytes.length) throw badFile(file, 'is cut short: it has no end of archive.');
    const block = bytes.subarray(offset, offset + BLOCK);
    // A block of zeros ends the archive.
    if (block.every((byte) => byte === 0)) return files;
    const { name, size, type } = readTarHeader(file, block);
    const start = offset + BLOCK;
    if (start + size > bytes.length) throw badFile(file, `is cut short within ${name}.`);
    if (type === '0') files.set(name, bytes.subarray(start, start + size));
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/** Throws BAD_DATA_FILE where the block is no header of a tar archive. */
export function readTarHeader(file: string, block: Uint8Array): TarHeader {
  const field = (start: number, length: number): string => {
    const text = Buffer.from(block.subarray(start, start + length)).toString('utf8');
    const end = text.indexOf('\0');
    return end < 0 ? text : text.slice(0, end);
  };
  const octal = (start: number, length: number): number => {
    const digits = field(start, length).trim();
    return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : NaN;
  };
  let sum = 0;
  // The checksum counts its own eight bytes as spaces.
  for (let index = 0; index < BLOCK; index++) sum += index >= 148 && index < 156 ? 32 : (block[index] ?? 0);
  const size = octal(124, 12);
  if (block.length < BLOCK || octal(148, 8) !== sum || Number.isNaN(size))
    throw badFile(file, 'is not a tar archive, or is damaged: a header’s checksum is wrong.');
  const prefix = field(257, 5) === 'ustar' ? field(345, 155) : '';
  const type = String.fromCharCode(block[156]!);
  const name = prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`;
  return { name, size, type: type === '\0' ? '0' : type };
}
