import { crc32, deflateSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { generator, integers } from '../../../../main/trainer/random.ts';

/** Bytes of the file formats that data sets come in, as their own tools write them. */

export const noise = (count: number, bound = 256, seed = 1): Uint8Array =>
  Uint8Array.from(integers(count, bound, generator(seed, 'test bytes')));

/** An IDX file of unsigned bytes. */
export function idxFile(dimensions: number[], bytes: ArrayLike<number>, type = 0x08): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.set([0, 0, type, dimensions.length]);
  dimensions.forEach((dimension, index) => header.writeUInt32BE(dimension, 4 + 4 * index));
  return Buffer.concat([header, Uint8Array.from(bytes)]);
}

export interface TarEntry {
  name: string;
  bytes: Uint8Array;
  type?: string;
}

/** A POSIX ustar archive. */
export function tarFile(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ name, bytes, type = '0' }) => {
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write('0000644\0', 100);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write(type, 156);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Parts of a pickle of protocol 2 as Python 2's cPickle writes them. */
export const pickled = {
  string: (text: string): Buffer => Buffer.concat([ascii('U'), Uint8Array.of(text.length), ascii(text)]),
  integer: (value: number): Buffer =>
    value >= 0 && value < 256
      ? Buffer.from([0x4b, value])
      : value >= 0 && value < 65536
        ? Buffer.from([0x4d, value & 255, value >> 8])
        : Buffer.concat([ascii('J'), uint32(value >>> 0)]),
  list: (values: readonly number[]): Buffer =>
    Buffer.concat([ascii(']('), ...values.map(pickled.integer), ascii('e')]),
  array: (
    shape: [number, number],
    bytes: Uint8Array,
    { type = 'u1', fortran = false, callable = 'numpy.core.multiarray\n_reconstruct\n' } = {},
  ): Buffer =>
    Buffer.concat([
      ascii(`c${callable}cnumpy\nndarray\n`),
      ascii('K\x00\x85U\x01b\x87R(K\x01'),
      ...shape.map(pickled.integer),
      ascii('\x86cnumpy\ndtype\n'),
      pickled.string(type),
      ascii('K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb'),
      ascii(fortran ? '\x88T' : '\x89T'),
      uint32(bytes.length),
      bytes,
      ascii('tb'),
    ]),
  dictionary: (entries: Record<string, Buffer>): Buffer =>
    Buffer.concat([
      ascii('}('),
      ...Object.entries(entries).flatMap(([key, value]) => [pickled.string(key), value]),
      ascii('u'),
    ]),
  file: (content: Buffer): Buffer => Buffer.concat([ascii('\x80\x02'), content, ascii('.')]),
};

export interface MatMatrix {
  name: string;
  dimensions: number[];
  /** MATLAB's class (9 uint8) and the type of the stored numbers (2 uint8). */
  mxClass?: number;
  type?: number;
  bytes: Uint8Array;
  complex?: boolean;
}

/** A MATLAB 5 file; compressed as MATLAB itself saves it, or not. */
export function matFile(
  matrices: readonly MatMatrix[],
  { compress = true, header = 'MATLAB 5.0 MAT-file', ending = '\x00\x01IM' } = {},
): Buffer {
  const tag = (type: number, bytes: Uint8Array): Buffer =>
    Buffer.concat([uint32(type), uint32(bytes.length), bytes]);
  const part = (type: number, bytes: Uint8Array): Buffer =>
    bytes.length > 0 && bytes.length <= 4
      ? Buffer.concat([uint32((bytes.length << 16) | type), bytes, Buffer.alloc(4 - bytes.length)])
      : Buffer.concat([tag(type, bytes), Buffer.alloc((8 - (bytes.length % 8)) % 8)]);
  const elements = matrices.map(({ name, dimensions, mxClass = 9, type = 2, bytes, complex = false }) => {
    const content = Buffer.concat([
      part(6, Buffer.concat([Uint8Array.of(mxClass, complex ? 8 : 0, 0, 0), uint32(0)])),
      part(5, Buffer.concat(dimensions.map(uint32))),
      part(1, ascii(name)),
      part(type, bytes),
    ]);
    const matrix = tag(14, content);
    return compress ? tag(15, deflateSync(matrix)) : matrix;
  });
  return Buffer.concat([ascii(header.padEnd(124)), ascii(ending), ...elements]);
}

/** A NumPy array as numpy.save writes it. */
export function npyFile(
  type: string,
  shape: readonly number[],
  bytes: Uint8Array,
  { fortran = false, version = 1 } = {},
): Buffer {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${dimensions}), }`;
  const prefix = version === 1 ? 10 : 12;
  const length = Math.ceil((prefix + text.length + 1) / 64) * 64 - prefix;
  const header = Buffer.concat([
    Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]),
    uint32(length),
  ]);
  return Buffer.concat([header.subarray(0, prefix), ascii(`${text.padEnd(length - 1)}\n`), bytes]);
}

/** A ZIP archive as numpy.savez_compressed or numpy.savez write it. */
export const npzFile = (arrays: Record<string, Buffer>, level: 0 | 6 = 6): Buffer =>
  Buffer.from(
    zipSync(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes])), {
      level,
    }),
  );

/** A PNG of 8 bits a channel: [height × width × channels]. */
export function pngFile(height: number, width: number, pixels: Uint8Array, level = 6): Buffer {
  const channels = pixels.length / (height * width);
  const chunk = (type: string, content: Uint8Array): Buffer => {
    const body = Buffer.concat([ascii(type), content]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(content.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, { 1: 0, 2: 4, 3: 2, 4: 6 }[channels]!], 8);
  const row = width * channels;
  const lines = Buffer.concat(
    Array.from({ length: height }, (_, index) => [
      Uint8Array.of(0),
      pixels.subarray(index * row, (index + 1) * row),
    ]).flat(),
  );
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines, { level })),
    chunk('IEND', new Uint8Array()),
  ]);
}
