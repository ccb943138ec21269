import { badFile, PartReader } from './files.ts';
import { LONGEST_NPY_HEADER, readNpyHeader, type NpyHeader } from './npy-format.ts';
import { listZip, readZipEntry, readZipEntryStart, type ZipFileEntry } from './zip-file.ts';

/** Images [count, height, width, channels], as their header says. */
export interface NpzImages {
  count: number;
  imageShape: [number, number, number];
}

/** Bytes of an integer type and how to read one; any order of bytes but that of most machines is refused. */
const INTEGERS: Readonly<Record<string, (view: DataView, index: number) => number>> = {
  '|u1': (view, index) => view.getUint8(index),
  '|i1': (view, index) => view.getInt8(index),
  '<u2': (view, index) => view.getUint16(2 * index, true),
  '<i2': (view, index) => view.getInt16(2 * index, true),
  '<u4': (view, index) => view.getUint32(4 * index, true),
  '<i4': (view, index) => view.getInt32(4 * index, true),
  '<u8': (view, index) => Number(view.getBigUint64(8 * index, true)),
  '<i8': (view, index) => Number(view.getBigInt64(8 * index, true)),
};

/** The arrays of a NumPy .npz file that images and labels are read from; every function rejects with BAD_DATA_FILE. */
export class NpzArrays {
  readonly #reader: PartReader;
  readonly #entries: ZipFileEntry[];

  private constructor(reader: PartReader, entries: ZipFileEntry[]) {
    this.#reader = reader;
    this.#entries = entries;
  }

  static async with<T>(file: string, use: (arrays: NpzArrays) => Promise<T>): Promise<T> {
    return PartReader.with(file, async (reader) => use(new NpzArrays(reader, await listZip(reader))));
  }

  /** What an array of images is, from its header. */
  async outlineImages(name: string): Promise<NpzImages> {
    const { shape } = await this.#imagesHeader(name);
    return { count: shape[0]!, imageShape: [shape[1]!, shape[2]!, shape[3] ?? 1] };
  }

  async readImages(name: string): Promise<NpzImages & { images: Uint8Array }> {
    const { start } = await this.#imagesHeader(name);
    const bytes = await readZipEntry(this.#reader, this.#entry(name));
    return { ...(await this.outlineImages(name)), images: bytes.subarray(start) };
  }

  /** Labels of shape [count] or [count, 1], of any type of integers. */
  async readLabels(name: string): Promise<Int32Array> {
    const bad = this.#bad(name);
    const bytes = await readZipEntry(this.#reader, this.#entry(name));
    const { type, shape, start } = readNpyHeader(bytes, bad);
    if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1))
      throw bad(`is of shape ${shape.join(' × ')}, where labels are a list: one for each image.`);
    const read = INTEGERS[type];
    if (!read) throw bad(`holds numbers of type ${type}, where labels are integers, low byte first.`);
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
    const count = shape[0]!;
    if (view.byteLength !== count * Number(type[2]))
      throw bad(`has ${view.byteLength} bytes where ${count} labels take ${count * Number(type[2])}.`);
    return Int32Array.from({ length: count }, (_, index) => {
      const label = read(view, index);
      if (label < 0 || label >= 2 ** 31) throw bad(`label ${index} is ${label}; labels count from 0.`);
      return label;
    });
  }

  async #imagesHeader(name: string): Promise<NpyHeader> {
    const bad = this.#bad(name);
    const entry = this.#entry(name);
    const header = readNpyHeader(await readZipEntryStart(this.#reader, entry, LONGEST_NPY_HEADER), bad);
    const { type, shape, fortranOrder, start } = header;
    if (type !== '|u1') throw bad(`holds numbers of type ${type}, where images are unsigned bytes (uint8).`);
    if (fortranOrder)
      throw bad('is stored in Fortran order; save numpy.ascontiguousarray of it, which is in C order.');
    if (shape.length !== 3 && shape.length !== 4)
      throw bad(
        `is of shape ${shape.join(' × ')}, where images are count × height × width or count × height × width × channels.`,
      );
    if (shape.includes(0)) throw bad(`is empty: its shape is ${shape.join(' × ')}.`);
    if (shape.length === 4 && shape[1]! <= 4 && shape[3]! > 4)
      throw bad(
        `is of shape ${shape.join(' × ')}, which looks like channels before height and width; they belong last.`,
      );
    const expected = shape.reduce((product, length) => product * length, 1);
    if (entry.size !== start + expected)
      throw bad(`has ${entry.size - start} bytes where ${shape.join(' × ')} take ${expected}.`);
    return header;
  }

  #entry(name: string): ZipFileEntry {
    const entry = this.#entries.find((candidate) => candidate.name === `${name}.npy`);
    if (entry) return entry;
    const names = this.#entries.map((candidate) => candidate.name.replace(/\.npy$/, ''));
    throw badFile(
      this.#reader.file,
      `has no array named ${name}; it has ${names.slice(0, 20).join(', ') || 'none'}.`,
    );
  }

  #bad(name: string): (what: string) => Error {
    return (what) => badFile(this.#reader.file, `its array ${name} ${what}`);
  }
}
