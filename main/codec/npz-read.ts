import { sizeOf } from '../../common/network.ts';
import { CascadeError, messageOf } from '../../common/errors.ts';
import { quoted } from '../base/names.ts';
import type { ByteSource } from './byte-source.ts';
import { readZip } from './zip.ts';

type Numbers =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** An array of NumPy's, in C order. */
export interface NpzArray {
  name: string;
  shape: number[];
  /** NumPy's name of the type, such as 'bool', 'uint8', 'float32'. */
  type: NumpyType;
  /** Booleans are 0 and 1; 64-bit integers are float64, which holds them exactly up to 2⁵³. */
  values: Numbers;
}

/** Types by NumPy's short names, without the byte order. */
const TYPES = {
  b1: 'bool',
  u1: 'uint8',
  i1: 'int8',
  u2: 'uint16',
  i2: 'int16',
  u4: 'uint32',
  i4: 'int32',
  u8: 'uint64',
  i8: 'int64',
  f4: 'float32',
  f8: 'float64',
} as const;
type ShortType = keyof typeof TYPES;
export type NumpyType = (typeof TYPES)[ShortType];

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Header as Python's `repr` of a dict; NumPy writes the keys sorted, its specification allows any order. */
const DICTIONARY = /^\s*\{(?<items>.*?),?\s*\}\s*$/s;
const ITEM =
  /^\s*(?<quote>['"])(?<key>\w+)\k<quote>\s*:\s*(?<value>True|False|'[^']*'|"[^"]*"|\([\d\sL,]*\)|\[.*\])\s*(?:,|$)/s;
const MOST_BYTES = 2 ** 31 - 1;
const NPY = '.npy';
/** Bytes of the widest number, and of a header: NumPy itself reads none longer. */
const WIDEST = 8;
const LONGEST_HEADER = 10_000;
/** An array of so few bytes is read though it has too many numbers: what it is then tells what is wrong. */
const ALWAYS_READ = 2 ** 20;

/**
 * The arrays of a NumPy .npz file, as `numpy.savez` and `numpy.savez_compressed` write it.
 *
 * @param most numbers that an array of a name may have; null where it is not wanted, and not unpacked
 * @throws CascadeError BAD_NPZ saying what is wrong: no whole ZIP, a member that is no array, a type that is no number
 */
export function decodeNpz(npz: Uint8Array | ByteSource, most?: (name: string) => number | null): NpzArray[] {
  const largest = (file: string): number | null => {
    if (!most || !file.endsWith(NPY)) return MOST_BYTES;
    const numbers = most(file.slice(0, -NPY.length));
    return numbers === null ? null : Math.max(WIDEST * numbers + LONGEST_HEADER, ALWAYS_READ);
  };
  try {
    return readZip(npz, MOST_BYTES, largest).map((entry) => {
      if (!entry.name.endsWith(NPY)) throw bad(`holds ${quoted(entry.name)}, which is no array (.npy)`);
      return decodeNpy(entry.name.slice(0, -NPY.length), entry.bytes);
    });
  } catch (error) {
    if (!(error instanceof CascadeError) || error.code === 'BAD_NPZ') throw error;
    throw new CascadeError('BAD_NPZ', `The .npz file cannot be read. ${messageOf(error)}`, { cause: error });
  }
}

/**
 * One array as `numpy.save` writes it, format 1.0 to 3.0.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @throws CascadeError BAD_NPZ
 */
export function decodeNpy(name: string, bytes: Uint8Array): NpzArray {
  const { header, start } = readHeader(name, bytes);
  const { order, short, shape, fortran } = readDescription(name, header);
  const count = sizeOf(shape);
  const width = Number(short.slice(1));
  const data = bytes.slice(start) as Uint8Array<ArrayBuffer>;
  if (data.length !== count * width)
    throw bad(
      `has ${data.length} bytes in '${name}', where ${count} numbers of ${TYPES[short]} take ${count * width}`,
    );
  if (order === '>' && width > 1) swap(data, width);
  const values = numbersOf(name, short, data);
  return { name, shape, type: TYPES[short], values: fortran ? inCOrder(values, shape) : values };
}

function readHeader(name: string, bytes: Uint8Array): { header: string; start: number } {
  if (bytes.length < 10 || MAGIC.some((byte, index) => bytes[index] !== byte))
    throw bad(`holds '${name}', which does not begin as an array (.npy)`);
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw bad(`has '${name}' in format ${version}, and 1 to 3 are read`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = version === 1 ? 10 : 12;
  const length = bytes.length < from ? 0 : version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length === 0 || from + length > bytes.length) throw bad(`is cut off within the header of '${name}'`);
  if (from + length > LONGEST_HEADER)
    throw bad(`has a header of ${length} bytes in '${name}', longer than any array’s`);
  return { header: new TextDecoder().decode(bytes.subarray(from, from + length)), start: from + length };
}

function readDescription(
  name: string,
  header: string,
): { order: string; short: ShortType; shape: number[]; fortran: boolean } {
  const items = readDictionary(name, header);
  const descr = items.get('descr');
  const fortran = items.get('fortran_order');
  const shape = items.get('shape');
  if (items.size !== 3 || !descr || !/^(True|False)$/.test(fortran ?? '') || !shape?.startsWith('('))
    throw bad(`has a damaged header of '${name}'`);
  const type = /^['"]([<>|=])([a-zA-Z]\d+)['"]$/.exec(descr);
  const short = type?.[2];
  if (!type || !isKnown(short))
    throw bad(`has '${name}' of the type ${descr}; read are ${Object.values(TYPES).join(', ')}`);
  const lengths = shape
    .slice(1, -1)
    .split(',')
    .map((length) => length.trim().replace(/L$/, ''))
    .filter((length, index, all) => length !== '' || index < all.length - 1);
  if (lengths.some((length) => !/^\d{1,15}$/.test(length))) throw bad(`has a damaged shape of '${name}'`);
  return { order: type[1]!, short, shape: lengths.map(Number), fortran: fortran === 'True' };
}

function readDictionary(name: string, header: string): Map<string, string> {
  const items = new Map<string, string>();
  let rest = DICTIONARY.exec(header)?.groups?.['items'] ?? '';
  while (rest.trim() !== '') {
    const item = ITEM.exec(rest);
    if (!item?.groups) throw bad(`has a damaged header of '${name}'`);
    items.set(item.groups['key']!, item.groups['value']!);
    rest = rest.slice(item[0].length);
  }
  return items;
}

function isKnown(short: string | undefined): short is ShortType {
  return short !== undefined && Object.hasOwn(TYPES, short);
}

function numbersOf(name: string, short: ShortType, { buffer }: Uint8Array<ArrayBuffer>): Numbers {
  switch (short) {
    case 'b1': {
      const values = new Uint8Array(buffer);
      if (values.some((value) => value > 1)) throw bad(`has other values than true and false in '${name}'`);
      return values;
    }
    case 'u1':
      return new Uint8Array(buffer);
    case 'i1':
      return new Int8Array(buffer);
    case 'u2':
      return new Uint16Array(buffer);
    case 'i2':
      return new Int16Array(buffer);
    case 'u4':
      return new Uint32Array(buffer);
    case 'i4':
      return new Int32Array(buffer);
    case 'u8':
      return Float64Array.from(new BigUint64Array(buffer), Number);
    case 'i8':
      return Float64Array.from(new BigInt64Array(buffer), Number);
    case 'f4':
      return new Float32Array(buffer);
    case 'f8':
      return new Float64Array(buffer);
  }
}

/** Turns the bytes of every number round, in place. */
function swap(bytes: Uint8Array, width: number): void {
  for (let start = 0; start < bytes.length; start += width) bytes.subarray(start, start + width).reverse();
}

/** From the order in which the first index runs fastest to that in which the last does. */
function inCOrder(values: Numbers, shape: readonly number[]): Numbers {
  const result = values.slice();
  const index = shape.map(() => 0);
  for (let to = 0; to < values.length; to++) {
    let from = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) from = from * shape[axis]! + index[axis]!;
    result[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
  return result;
}

function bad(what: string): CascadeError {
  return new CascadeError('BAD_NPZ', `The .npz file ${what}.`);
}
