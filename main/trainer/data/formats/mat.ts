import { constants, inflate, inflateSync } from 'node:zlib';
import { promisify } from 'node:util';
import { sizeOf } from '../../../../common/network.ts';
import { messageOf } from '../../../../common/errors.ts';
import { badFile, BEST_RATIO, type PartReader } from './files.ts';

const unpack = promisify(inflate);

/** A matrix of a MATLAB 5 file ("MAT-File Format", MathWorks): where it lies and what it is. */
export interface MatEntry {
  name: string;
  /** MATLAB's class: 6 double, 7 single, 8 int8, 9 uint8, … */
  mxClass: number;
  dimensions: number[];
  complex: boolean;
  /** The element in the file, without its tag. */
  position: number;
  length: number;
  compressed: boolean;
  /** Bytes of the whole matrix element once it is unpacked, its tag included. */
  unpacked: number;
}

/** The numbers of a matrix in MATLAB's order, the first index fastest. */
export type MatNumbers =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

export const MX_UINT8 = 9;

const MI_MATRIX = 14;
const MI_COMPRESSED = 15;
/** More than flags, dimensions and name of any matrix take. */
const PEEK = 1024;
/** Of a file's elements: SVHN's have three. */
const MOST_ELEMENTS = 1000;
const HDF5 = '\x89HDF\r\n\x1a\n';

/** Finds the matrices of a file from their headers alone, without unpacking their numbers. Rejects with BAD_DATA_FILE. */
export async function listMatrices(reader: PartReader): Promise<MatEntry[]> {
  await checkHeader(reader);
  const entries: MatEntry[] = [];
  let elements = 0;
  for (let offset = 128; offset < reader.size;) {
    const tag = viewOf(await reader.read(offset, 8));
    const [type, length] = [tag.getUint32(0, true), tag.getUint32(4, true)];
    const position = offset + 8;
    if (++elements > MOST_ELEMENTS || (type === 0 && length === 0))
      throw badFile(reader.file, `is damaged: its element at byte ${offset} is none of a MATLAB file.`);
    if (position + length > reader.size)
      throw badFile(reader.file, `is truncated: the element at byte ${offset} takes ${length} bytes.`);
    const start = await reader.read(position, Math.min(length, PEEK));
    if (type === MI_COMPRESSED) {
      const inner = unpackStart(reader.file, start);
      const innerTag = viewOf(inner);
      if (inner.length >= 8 && innerTag.getUint32(0, true) === MI_MATRIX) {
        const unpacked = 8 + innerTag.getUint32(4, true);
        entries.push({
          ...readMatrixHeader(reader.file, inner.subarray(8)),
          position,
          length,
          compressed: true,
          unpacked,
        });
      }
    } else if (type === MI_MATRIX) {
      const header = readMatrixHeader(reader.file, start);
      entries.push({ ...header, position, length, compressed: false, unpacked: 8 + length });
    }
    // Compressed elements alone are not padded to eight bytes.
    offset = position + (type === MI_COMPRESSED ? length : Math.ceil(length / 8) * 8);
  }
  return entries;
}

/** Reads the real numbers of a matrix, which must be as many as its dimensions say. Rejects with BAD_DATA_FILE. */
export async function readMatrix(reader: PartReader, entry: MatEntry): Promise<MatNumbers> {
  const { file } = reader;
  const expected = sizeOf(entry.dimensions);
  // At most a real and an imaginary double each: what claims to be larger could fill the memory before it is found out.
  if (
    entry.unpacked > 16 * expected + 2 * PEEK ||
    (entry.compressed && entry.unpacked > BEST_RATIO * entry.length + PEEK)
  )
    throw badFile(
      file,
      `its ${entry.name} takes ${entry.unpacked} bytes, too many for ${entry.dimensions.join(' × ')} numbers.`,
    );
  let bytes: Uint8Array = await reader.read(entry.position, entry.length);
  if (entry.compressed) {
    try {
      bytes = (await unpack(bytes, { maxOutputLength: entry.unpacked })).subarray(8);
    } catch (error) {
      throw badFile(
        file,
        `its ${entry.name} cannot be unpacked (${messageOf(error)}); it is damaged.`,
        error,
      );
    }
    if (bytes.length !== entry.unpacked - 8)
      throw badFile(file, `its ${entry.name} is damaged: it unpacks to fewer bytes than it says.`);
  }
  const part = readMatrixHeader(file, bytes).numbersAt;
  const { type, data } = element(file, bytes, part);
  const numbers = numbersOf(file, entry.name, type, data);
  if (numbers.length !== expected)
    throw badFile(
      file,
      `its ${entry.name} has ${numbers.length} numbers where ${entry.dimensions.join(' × ')} are ${expected}.`,
    );
  return numbers;
}

async function checkHeader(reader: PartReader): Promise<void> {
  const { file } = reader;
  if (reader.size < 128) throw badFile(file, `is too short for a MATLAB file: ${reader.size} bytes.`);
  const header = await reader.read(0, 128);
  const text = Buffer.from(header).toString('latin1');
  // MATLAB puts its own header before HDF5's; other writers may not.
  if (text.startsWith('MATLAB 7.3') || text.startsWith(HDF5))
    throw badFile(
      file,
      'is a MATLAB file of version 7.3, which is not read: save it as version 7 or 5, as save(…, "-v7") does in MATLAB.',
    );
  if (text.endsWith('MI'))
    throw badFile(file, 'is a MATLAB file of a big-endian machine, which is not read.');
  if (!text.endsWith('IM')) throw badFile(file, 'is not a MATLAB 5 file.');
}

interface MatrixHeader {
  name: string;
  mxClass: number;
  dimensions: number[];
  complex: boolean;
  /** Where the element with the numbers starts. */
  numbersAt: number;
}

function readMatrixHeader(file: string, bytes: Uint8Array): MatrixHeader {
  const flags = element(file, bytes, 0);
  const dimensions = element(file, bytes, flags.next);
  const name = element(file, bytes, dimensions.next);
  if (flags.data.length < 4) throw badFile(file, 'is damaged: a matrix has no flags.');
  return {
    name: Buffer.from(name.data).toString('latin1'),
    mxClass: flags.data[0]!,
    complex: (flags.data[1]! & 0x08) !== 0,
    dimensions: Array.from({ length: Math.floor(dimensions.data.length / 4) }, (_, index) =>
      viewOf(dimensions.data).getInt32(4 * index, true),
    ),
    numbersAt: name.next,
  };
}

/** The data element that starts at `offset`: its type, its bytes, and where the next one starts. */
function element(
  file: string,
  bytes: Uint8Array,
  offset: number,
): { type: number; data: Uint8Array; next: number } {
  if (offset + 8 > bytes.length) throw badFile(file, 'is damaged: a matrix ends within its header.');
  const view = viewOf(bytes);
  const word = view.getUint32(offset, true);
  const small = word >>> 16;
  const length = small > 0 ? small : view.getUint32(offset + 4, true);
  const start = offset + (small > 0 ? 4 : 8);
  if (start + length > bytes.length || (small > 0 && small > 4))
    throw badFile(file, 'is damaged: a part of a matrix is longer than the matrix.');
  return {
    type: small > 0 ? word & 0xffff : word,
    data: bytes.subarray(start, start + length),
    next: small > 0 ? offset + 8 : start + Math.ceil(length / 8) * 8,
  };
}

function numbersOf(file: string, name: string, type: number, data: Uint8Array): MatNumbers {
  const arrays: Readonly<
    Record<number, { new (buffer: ArrayBuffer): MatNumbers; BYTES_PER_ELEMENT: number }>
  > = {
    1: Int8Array,
    3: Int16Array,
    4: Uint16Array,
    5: Int32Array,
    6: Uint32Array,
    7: Float32Array,
    9: Float64Array,
  };
  // Bytes are what images are: they are not copied.
  if (type === 2) return data;
  const array = arrays[type];
  if (!array) throw badFile(file, `its ${name} holds numbers of MATLAB’s type ${type}, which are not read.`);
  if (data.length % array.BYTES_PER_ELEMENT !== 0)
    throw badFile(file, `its ${name} is damaged: it ends within a number.`);
  return new array(new Uint8Array(data).buffer);
}

function unpackStart(file: string, start: Uint8Array): Uint8Array {
  try {
    return inflateSync(start, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    throw badFile(file, `holds a compressed part that cannot be unpacked (${messageOf(error)}).`, error);
  }
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
