import { sizeOf } from '../../../../common/network.ts';
import { halfOf } from '../../../codec/safetensors.ts';
import type { ByteSource } from '../../../codec/byte-source.ts';
import { listZip, readZipEntry, readZipEntryStart, type ZipEntry } from '../../../codec/zip.ts';
import { CascadeError } from '../../../../common/errors.ts';
import { badFile, openParts } from './files.ts';
import { npzLine, toBytes } from './numpy-lines.ts';
import { LONGEST_NPY_HEADER, readNpyHeader, type NpyHeader } from './npy.ts';

/** Images [count, height, width, channels], as their header says. */
export interface NpzImages {
  count: number;
  imageShape: [number, number, number];
}

type ReadNumber = (view: DataView, at: number, littleEndian: boolean) => number;

/** How to read a number of a type of NumPy's, without its order of bytes; the digit is its length in bytes. */
const INTEGERS: Readonly<Record<string, ReadNumber>> = {
  b1: (view, at) => view.getUint8(at),
  u1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u2: (view, at, low) => view.getUint16(at, low),
  i2: (view, at, low) => view.getInt16(at, low),
  u4: (view, at, low) => view.getUint32(at, low),
  i4: (view, at, low) => view.getInt32(at, low),
  u8: (view, at, low) => Number(view.getBigUint64(at, low)),
  i8: (view, at, low) => Number(view.getBigInt64(at, low)),
};
const FLOATS: Readonly<Record<string, ReadNumber>> = {
  f2: (view, at, low) => halfOf(view.getUint16(at, low)),
  f4: (view, at, low) => view.getFloat32(at, low),
  f8: (view, at, low) => view.getFloat64(at, low),
};

/** What was read of an array's beginning tells the range of its numbers. */
const LOOKED_AT = 2 ** 18;
/** More than any collection has; their labels are in memory when a study is checked. */
const MOST_IMAGES = 2 ** 25;

/** The arrays of a NumPy .npz file that images and labels are read from; every function rejects with BAD_DATA_FILE. */
export class NpzArrays {
  readonly #file: string;
  readonly #source: ByteSource;
  readonly #entries: ZipEntry[];

  private constructor(file: string, source: ByteSource) {
    this.#file = file;
    this.#source = source;
    this.#entries = this.#unzip(() => listZip(source));
  }

  static async with<T>(file: string, use: (arrays: NpzArrays) => Promise<T>): Promise<T> {
    return use(new NpzArrays(file, await openParts(file)));
  }

  /** What an array of images is, from its header. */
  async outlineImages(name: string): Promise<NpzImages> {
    const { shape } = await this.#imagesHeader(name);
    return { count: shape[0]!, imageShape: [shape[1]!, shape[2]!, shape[3] ?? 1] };
  }

  async readImages(name: string): Promise<NpzImages & { images: Uint8Array }> {
    const { start } = await this.#imagesHeader(name);
    const bytes = this.#unzip(() => readZipEntry(this.#source, this.#entry(name)));
    return { ...(await this.outlineImages(name)), images: bytes.subarray(start) };
  }

  /**
   * Labels of shape [count] or [count, 1], of any type of integers. Their header is looked at before they are unpacked.
   *
   * @param images what the labels are of, and how many there are
   */
  async readLabels(name: string, images: { name: string; count: number }): Promise<Int32Array> {
    const bad = this.#bad(name);
    const entry = this.#entry(name);
    const head = this.#start(entry, LONGEST_NPY_HEADER);
    const { type, shape, start } = readNpyHeader(head, bad);
    const line = (change: (array: string) => string): string =>
      npzLine(this.#file, name, change, type.includes('O'));
    if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1))
      throw bad(
        `is of shape ${shape.join(' × ')}, where labels are a list: one for each image. ` +
          line((array) =>
            shape.length === 2 && shape[0] === images.count
              ? `${array}.argmax(axis=1)`
              : `${array}.reshape(-1)`,
          ),
      );
    const [, order, kind] = /^([<>|=])([bui][1248])$/.exec(type) ?? [];
    const read = INTEGERS[kind ?? ''];
    if (!read)
      throw bad(
        `holds numbers of type ${type}, where labels are integers. ` +
          line((array) =>
            /[US]/.test(type) ? `numpy.unique(${array}, return_inverse=True)[1]` : `${array}.astype("int64")`,
          ),
      );
    const [count, width] = [shape[0]!, Number(type[2])];
    if (count !== images.count)
      throw badFile(this.#file, `has ${count} ${name} for ${images.count} ${images.name}.`);
    if (entry.size !== start + count * width)
      throw bad(`has ${entry.size - start} bytes where ${count} labels take ${count * width}.`);
    const bytes = this.#unzip(() => readZipEntry(this.#source, entry));
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
    return Int32Array.from({ length: count }, (_, index) => {
      const label = read(view, index * width, order !== '>');
      if (label < 0 || label >= 2 ** 31) throw bad(`label ${index} is ${label}; labels count from 0.`);
      return label;
    });
  }

  async #imagesHeader(name: string): Promise<NpyHeader> {
    const bad = this.#bad(name);
    const entry = this.#entry(name);
    const head = this.#start(entry, LONGEST_NPY_HEADER);
    const header = readNpyHeader(head, bad);
    const { type, shape, fortranOrder, start } = header;
    const line = (change: (array: string) => string): string =>
      npzLine(this.#file, name, change, type.includes('O'));
    if (type !== '|u1')
      throw bad(
        `holds numbers of type ${type}, where images are unsigned bytes (uint8). ` +
          line(await this.#changeToBytes(entry, header)),
      );
    if (fortranOrder)
      throw bad(`is stored in Fortran order. ${line((array) => `numpy.ascontiguousarray(${array})`)}`);
    if (shape.length !== 3 && shape.length !== 4)
      throw bad(
        `is of shape ${shape.join(' × ')}, where images are count × height × width or count × height × width × channels.` +
          flatLine(shape, line),
      );
    if (shape.includes(0)) throw bad(`is empty: its shape is ${shape.join(' × ')}.`);
    if (shape.length === 4 && shape[1]! <= 4 && shape[3]! > 4)
      throw bad(
        `is of shape ${shape.join(' × ')}, which looks like channels before height and width; they belong last. ` +
          line((array) => `${array}.transpose(0, 2, 3, 1)`),
      );
    if (shape[0]! > MOST_IMAGES) throw bad(`has ${shape[0]} images, where at most ${MOST_IMAGES} are read.`);
    const expected = sizeOf(shape);
    if (entry.size !== start + expected)
      throw bad(`has ${entry.size - start} bytes where ${shape.join(' × ')} take ${expected}.`);
    return header;
  }

  /** The change to bytes that an array of another type needs, by the range of its first numbers. */
  async #changeToBytes(entry: ZipEntry, { type, start }: NpyHeader): Promise<(array: string) => string> {
    const kind = /^[<>|=]([buif][1248])$/.exec(type)?.[1] ?? '';
    const read = INTEGERS[kind] ?? FLOATS[kind];
    if (!read) return (array) => `numpy.stack(list(${array})).astype("uint8")`;
    const bytes = this.#start(entry, LOOKED_AT).subarray(start);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const width = Number(kind[1]);
    const numbers = Float64Array.from({ length: Math.floor(bytes.length / width) }, (_, index) =>
      read(view, index * width, !type.startsWith('>')),
    );
    return toBytes(kind === 'b1' ? 'bool' : kind in FLOATS ? 'float' : 'whole', numbers);
  }

  #start(entry: ZipEntry, length: number): Uint8Array {
    return this.#unzip(() => readZipEntryStart(this.#source, entry, length));
  }

  #unzip<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof CascadeError && error.code === 'BAD_ZIP')
        throw badFile(this.#file, error.message, error);
      throw error;
    }
  }

  #entry(name: string): ZipEntry {
    const entry = this.#entries.find((candidate) => candidate.name === `${name}.npy`);
    if (entry) return entry;
    const names = this.#entries.map((candidate) => candidate.name.replace(/\.npy$/, ''));
    throw badFile(
      this.#file,
      `has no array named ${name}; it has ${names.slice(0, 20).join(', ') || 'none'}.`,
    );
  }

  #bad(name: string): (what: string) => Error {
    return (what) => badFile(this.#file, `its array ${name} ${what}`);
  }
}

/** The line that mends images which are rows of square ones, grey or, plane by plane, in colour. */
function flatLine(shape: readonly number[], line: (change: (array: string) => string) => string): string {
  const [grey, colour] = [1, 3].map((channels) => Math.sqrt((shape[1] ?? 0) / channels));
  if (shape.length !== 2) return '';
  if (Number.isInteger(grey)) return ` ${line((array) => `${array}.reshape(-1, ${grey}, ${grey})`)}`;
  if (!Number.isInteger(colour)) return '';
  return ` ${line((array) => `${array}.reshape(-1, 3, ${colour}, ${colour}).transpose(0, 2, 3, 1)`)}`;
}
