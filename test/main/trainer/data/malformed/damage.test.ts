import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CascadeError } from '../../../../../common/errors.ts';
import { generator, integers } from '../../../../../main/trainer/random.ts';
import { CIFAR_10 } from '../../../../../main/trainer/data/sets/cifar-10.ts';
import { loadCifar, outlineCifar } from '../../../../../main/trainer/data/formats/cifar.ts';
import { datasets } from '../../../../../main/trainer/data/registry.ts';
import { idxFile, matFile, noise, npyFile, npzFile, pickled, tarFile } from '../bytes.ts';
import { MalformedFolder, type Files } from './malformed-folder.ts';

const data = new MalformedFolder();

const small = { ...CIFAR_10, trainFiles: ['data_batch_1'], trainImages: 2, testImages: 2 };
const IMAGE = 3072;
const batch = (entries: Record<string, Buffer> = {}): Buffer =>
  pickled.file(
    pickled.dictionary({
      data: pickled.array([2, IMAGE], noise(2 * IMAGE)),
      labels: pickled.list([0, 1]),
      ...entries,
    }),
  );
const binary = Buffer.concat([Uint8Array.of(0), noise(IMAGE), Uint8Array.of(1), noise(IMAGE)]);
const digits = (compress: boolean): Buffer =>
  matFile(
    [
      { name: 'X', dimensions: [32, 32, 3, 2], bytes: new Uint8Array(2 * IMAGE) },
      // Doubles, as other tools than SVHN's own save them.
      {
        name: 'y',
        dimensions: [2, 1],
        mxClass: 6,
        type: 9,
        bytes: new Uint8Array(Float64Array.of(1, 10).buffer),
      },
    ],
    { compress },
  );
const arrays = (): Record<string, Buffer> => ({
  train_images: npyFile('|u1', [2, 2, 2, 1], noise(8)),
  train_labels: npyFile('<i8', [2], new Uint8Array(BigInt64Array.of(0n, 1n).buffer)),
  test_images: npyFile('|u1', [2, 2, 2, 1], noise(8), { version: 2 }),
  test_labels: npyFile('>i2', [2, 1], Buffer.from([0, 0, 0, 1])),
});
const idx: Files = {
  'train-images-idx3-ubyte': idxFile([2, 2, 2], noise(8)),
  'train-labels-idx1-ubyte': idxFile([2], [0, 1]),
  't10k-images-idx3-ubyte': idxFile([2, 2, 2], noise(8)),
  't10k-labels-idx1-ubyte': idxFile([2], [0, 1]),
};
const tar = tarFile([
  { name: 'cifar/data_batch_1.bin', bytes: binary },
  { name: 'cifar/test_batch.bin', bytes: binary },
  // One block of zeros ends an archive; the second may be missing.
]).subarray(0, -512);

interface Reader {
  kind: string;
  file: string;
  bytes: Buffer;
  /** Where the structure is: there every byte is cut at and changed; between, some. */
  structure: (at: number, length: number) => boolean;
  beside?: Files;
}

const ends =
  (bytes: number) =>
  (at: number, length: number): boolean =>
    at < bytes || at >= length - bytes;

const readers: [string, Reader][] = [
  ['npz, stored', { kind: 'npz', file: 'a.npz', bytes: npzFile(arrays(), 0), structure: ends(30) }],
  ['npz, packed', { kind: 'npz', file: 'a.npz', bytes: npzFile(arrays()), structure: ends(30) }],
  [
    'IDX',
    {
      kind: 'idx',
      file: 'train-images-idx3-ubyte',
      bytes: idxFile([2, 2, 2], noise(8)),
      structure: () => true,
      beside: idx,
    },
  ],
  [
    'IDX, gzipped',
    {
      kind: 'idx',
      file: 'train-labels-idx1-ubyte',
      bytes: gzipSync(idxFile([2], [0, 1])),
      structure: () => true,
      beside: idx,
    },
  ],
  [
    'MATLAB, packed',
    {
      kind: 'svhn',
      file: 'train_32x32.mat',
      bytes: digits(true),
      structure: (at) => at >= 120,
      beside: { 'test_32x32.mat': digits(true) },
    },
  ],
  [
    'MATLAB, not packed',
    {
      kind: 'svhn',
      file: 'train_32x32.mat',
      bytes: digits(false),
      structure: (at, length) => (at >= 120 && at < 200) || at >= length - 90,
      beside: { 'test_32x32.mat': digits(false) },
    },
  ],
  [
    'CIFAR, pickled',
    {
      kind: 'cifar',
      file: 'data_batch_1',
      bytes: batch(),
      structure: ends(130),
      beside: { test_batch: batch() },
    },
  ],
  [
    'CIFAR, archived',
    {
      kind: 'cifar',
      file: 'cifar.tar',
      bytes: tar,
      structure: (at) => at % 512 < 4 || (at % 512 > 120 && at % 512 < 160),
    },
  ],
];

/** Places to cut and change: all of the structure's, and a few between. */
function placesOf({ bytes, structure }: Reader): number[] {
  const all = Array.from({ length: bytes.length }, (_, at) => at);
  const inner = all.filter((at) => structure(at, bytes.length));
  const random = integers(10, bytes.length, generator(0, 'places'));
  const step = Math.max(1, Math.floor(inner.length / 60));
  return [...new Set([...inner.filter((_, index) => index % step === 0), ...random])];
}

function ask({ kind, file }: Reader): [string, () => Promise<unknown>][] {
  if (kind === 'cifar') {
    const path = file.endsWith('.tar') ? join(data.path, file) : data.path;
    const source = { layout: small, path, validation: 0, train: null };
    return [
      ['outline', () => outlineCifar(source)],
      ['load', () => loadCifar(source)],
    ];
  }
  const options = {
    name: kind,
    validation: 0,
    ...(kind === 'npz' ? { file: join(data.path, file) } : { folder: data.path }),
  };
  return [
    ['outline', () => datasets.open(options).outline()],
    ['load', () => datasets.open(options).load()],
  ];
}

/** Whatever was done to the file, it is read, or refused with a sentence. */
async function isHandled(reader: Reader, bytes: Uint8Array, what: string): Promise<number> {
  writeFileSync(join(data.path, reader.file), bytes);
  let refused = 0;
  for (const [name, call] of ask(reader)) {
    const error = await call().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (error === null) continue;
    refused += 1;
    if (!(error instanceof CascadeError))
      throw new Error(`${what}, ${name}: ${String(error)}`, { cause: error });
    expect(error.message.length, what).toBeLessThan(2000);
  }
  return refused;
}

describe.each(readers)('%s', (_what, reader) => {
  test('is read whole, and refused cut anywhere', async () => {
    data.write(reader.beside ?? {});
    expect(await isHandled(reader, reader.bytes, 'whole')).toBe(0);
    for (const at of placesOf(reader))
      expect(
        await isHandled(reader, reader.bytes.subarray(0, at), `cut at ${at}`),
        `cut at ${at}`,
      ).toBeGreaterThan(0);
  });

  test('is read or refused in words with any of its bytes changed', async () => {
    data.write(reader.beside ?? {});
    for (const at of placesOf(reader))
      for (const value of [0x00, 0xff]) {
        const changed = Buffer.from(reader.bytes);
        changed[at] = value;
        await isHandled(reader, changed, `byte ${at} is ${value}`);
      }
    for (const at of placesOf(reader)) {
      const changed = Buffer.from(reader.bytes);
      changed.fill(0xff, at, Math.min(at + 8, changed.length));
      await isHandled(reader, changed, `bytes ${at} to ${at + 8} are 255`);
    }
  });
});

describe('what would unpack to far more than it can need is refused before it does', () => {
  const cifar = (files: Files, path = '') => {
    data.write(files);
    const source = { layout: small, path: join(data.path, path), validation: 0, train: null };
    return loadCifar(source);
  };
  const zeros = Buffer.alloc(2 ** 24);

  test('a gzipped batch of CIFAR', async () => {
    await expect(
      cifar({ data_batch_1: gzipSync(Buffer.concat([batch(), zeros])), test_batch: batch() }),
    ).rejects.toMatchObject({
      code: 'BAD_DATA_FILE',
      message: expect.stringMatching(/data_batch_1: unpacks to more than the 72192 bytes/) as string,
    });
  });

  test('a batch of CIFAR that is too long as it lies there', async () => {
    await expect(
      cifar({ data_batch_1: Buffer.concat([batch(), zeros]), test_batch: batch() }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/has 167\d{5} bytes, more than the 72192 that it should hold/) as string,
    });
  });

  test.each([
    ['dictionaries', '}'.repeat(30_000)],
    ['numbers', 'K\x01'.repeat(30_000)],
  ])('a pickle of %s', async (_kind, many) => {
    const pickle = Buffer.concat([
      Buffer.from('\x80\x02', 'latin1'),
      Buffer.from(many, 'latin1'),
      batch().subarray(2),
    ]);
    await expect(cifar({ data_batch_1: pickle, test_batch: batch() })).rejects.toMatchObject({
      message: expect.stringMatching(/is a pickle of far more values than CIFAR’s own files have/) as string,
    });
  });

  test('an IDX file whose gzip cannot hold what it promises', async () => {
    const header = idxFile([60_000, 2000, 2000], []);
    data.write({ ...idx, 'train-images-idx3-ubyte': gzipSync(header) });
    await expect(datasets.open({ name: 'idx', folder: data.path }).outline()).rejects.toMatchObject({
      message: expect.stringMatching(
        /promises 60000 × 2000 × 2000 bytes of data, which its \d+ bytes cannot/,
      ) as string,
    });
  });

  test('labels in an .npz whose header promises more than its directory', async () => {
    // Were they unpacked, their checksum would be found wrong.
    const archive = npzFile({ ...arrays(), train_labels: npyFile('<i8', [2], zeros) });
    data.write({ 'a.npz': archive });
    await expect(
      datasets.open({ name: 'npz', file: join(data.path, 'a.npz') }).outline(),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/train_labels has 16777216 bytes where 2 labels take 16/) as string,
    });
  });

  test('a MATLAB file of more images than there are', async () => {
    const y = { name: 'y', dimensions: [1_000_000, 1], bytes: new Uint8Array(8) };
    data.write({
      'test_32x32.mat': digits(true),
      'train_32x32.mat': matFile([
        { name: 'X', dimensions: [32, 32, 3, 1_000_000], bytes: new Uint8Array(8) },
        y,
      ]),
    });
    await expect(
      datasets.open({ name: 'svhn', folder: data.path, validation: 0 }).outline(),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/says that it has 1000000 images, more than all of SVHN/) as string,
    });
  });

  test('a MATLAB file of nothing but empty elements', async () => {
    const header = digits(true).subarray(0, 128);
    data.write({ 'test_32x32.mat': digits(true), 'train_32x32.mat': Buffer.concat([header, zeros]) });
    await expect(
      datasets.open({ name: 'svhn', folder: data.path, validation: 0 }).outline(),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/its element at byte 128 is none of a MATLAB file/) as string,
    });
  });

  test('a MATLAB file of doubles that end within one', async () => {
    data.write({
      'test_32x32.mat': digits(true),
      'train_32x32.mat': matFile([
        { name: 'X', dimensions: [32, 32, 3, 2], bytes: new Uint8Array(2 * IMAGE) },
        { name: 'y', dimensions: [2, 1], mxClass: 6, type: 9, bytes: new Uint8Array(13) },
      ]),
    });
    await expect(
      datasets.open({ name: 'svhn', folder: data.path, validation: 0 }).load(),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/its y is damaged: it ends within a number/) as string,
    });
  });

  test('a MATLAB file whose packed part is not what it says', async () => {
    const tag = Buffer.alloc(8);
    const packed = deflateSync(Buffer.from('short'));
    tag.writeUInt32LE(15, 0);
    tag.writeUInt32LE(packed.length, 4);
    data.write({
      'test_32x32.mat': digits(true),
      'train_32x32.mat': Buffer.concat([digits(true).subarray(0, 128), tag, packed]),
    });
    await expect(
      datasets.open({ name: 'svhn', folder: data.path, validation: 0 }).outline(),
    ).rejects.toMatchObject({ code: 'BAD_DATA_FILE' });
  });
});
