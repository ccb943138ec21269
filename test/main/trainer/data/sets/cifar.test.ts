import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cifar100, cifar100Layout } from '../../../../../main/trainer/data/sets/cifar-100.ts';
import { loadCifar, outlineCifar, type CifarLayout } from '../../../../../main/trainer/data/formats/cifar.ts';
import { PickledArray } from '../../../../../main/trainer/data/formats/pickle-values.ts';
import { readPickle } from '../../../../../main/trainer/data/formats/pickle.ts';
import { noise, pickled, tarFile } from '../bytes.ts';
import { CIFAR_10 } from '../../../../../main/trainer/data/sets/cifar-10.ts';
import { datasets } from '../../../../../main/trainer/data/registry.ts';

const IMAGE = 3072;
const small: CifarLayout = { ...CIFAR_10, trainImages: 3, testImages: 2 };
const small100 = (labels: 'fine' | 'coarse'): CifarLayout => ({
  ...cifar100Layout(labels),
  trainImages: 3,
  testImages: 2,
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cascade-cifar-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Batch {
  name: string;
  planes: Uint8Array;
  labels: number[];
}

const batches: Batch[] = [...small.trainFiles, small.testFile].map((name, index) => {
  const count = name === small.testFile ? 2 : 3;
  return {
    name,
    planes: noise(count * IMAGE, 256, index),
    labels: Array.from({ length: count }, (_, image) => (index * 3 + image) % 10),
  };
});

const binary = ({ planes, labels }: Batch): Buffer =>
  Buffer.concat(
    labels.flatMap((label, index) => [
      Uint8Array.of(label),
      planes.subarray(index * IMAGE, (index + 1) * IMAGE),
    ]),
  );
const python = ({ name, planes, labels }: Batch): Buffer =>
  pickled.file(
    pickled.dictionary({
      batch_label: pickled.string(name),
      labels: pickled.list(labels),
      data: pickled.array([labels.length, IMAGE], planes),
    }),
  );

function write(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}
const load = (layout: CifarLayout, path = folder) => loadCifar({ layout, path, validation: 5, train: null });
const outline = (layout: CifarLayout, path = folder) =>
  outlineCifar({ layout, path, validation: 5, train: null });

describe('CIFAR-10', () => {
  test('is the same from binary files, pickles and archives of either', async () => {
    const entries = (ending: string, bytes: (batch: Batch) => Buffer, of: string) => [
      { name: `${of}/`, bytes: new Uint8Array(), type: '5' },
      ...batches.map((batch) => ({ name: `${of}/${batch.name}${ending}`, bytes: bytes(batch) })),
    ];
    const places = {
      binary: join(folder, 'b'),
      python: join(folder, 'p'),
      binaryArchive: join(folder, 'b.tar.gz'),
      pythonArchive: join(folder, 'p.tar.gz'),
      plainArchive: join(folder, 'b.tar'),
      parent: join(folder, 'parent'),
    };
    for (const batch of batches) {
      write(join(places.binary, `${batch.name}.bin`), binary(batch));
      write(join(places.python, batch.name), python(batch));
      write(join(places.parent, 'cifar-10-batches-py', batch.name), python(batch));
    }
    write(places.binaryArchive, gzipSync(tarFile(entries('.bin', binary, 'cifar-10-batches-bin'))));
    write(places.pythonArchive, gzipSync(tarFile(entries('', python, 'cifar-10-batches-py'))));
    write(places.plainArchive, tarFile(entries('.bin', binary, 'cifar-10-batches-bin')));

    const sets = await Promise.all(Object.values(places).map((path) => load(small, path)));
    const outlines = await Promise.all(Object.values(places).map((path) => outline(small, path)));
    expect(new Set(sets.map(({ hash }) => hash)).size).toBe(1);
    for (const set of outlines)
      expect(set).toMatchObject({
        imageShape: [32, 32, 3],
        classes: 10,
        train: 10,
        validation: 5,
        test: 2,
        bytes: 17 * (IMAGE + 4),
      });
    expect([sets[0]!.train.count, sets[0]!.validation!.count]).toEqual([10, 5]);
    expect(sets[0]!.classNames![6]).toBe('frog');
  });

  test('has its red, green and blue planes put together, each image with its label', async () => {
    for (const batch of batches) write(join(folder, `${batch.name}.bin`), binary(batch));
    const { test: found, mean, train } = await load(small);
    const { planes, labels } = batches[5]!;
    expect([...found.labels]).toEqual(labels);
    for (const image of [0, 1])
      for (const channel of [0, 1, 2])
        for (const pixel of [0, 31, 32, 1023])
          expect(found.images[image * IMAGE + pixel * 3 + channel]).toBe(
            planes[image * IMAGE + channel * 1024 + pixel],
          );
    const green = train.images.filter((_, index) => index % 3 === 1);
    expect(mean[1]).toBeCloseTo(green.reduce((sum, byte) => sum + byte, 0) / green.length / 255, 12);
  });

  test('is not taken for whole with other than 10,000 images a file', async () => {
    for (const batch of batches) write(join(folder, `${batch.name}.bin`), binary(batch));
    const { load, outline } = datasets.open({ name: 'cifar-10', path: folder });
    for (const refused of [load, outline])
      await expect(refused()).rejects.toThrow(
        /data_batch_1\.bin: has 9219 bytes where its 10000 images take 30730000: it is truncated/,
      );
  });
});

describe('CIFAR-100', () => {
  const planes = noise(3 * IMAGE);
  const [coarse, fine] = [
    [4, 1, 19],
    [0, 99, 40],
  ];
  const count = { train: 3, test: 2 };

  test.each(['fine', 'coarse'] as const)('has %s labels', async (labels) => {
    for (const [name, images] of Object.entries(count)) {
      const records = Array.from({ length: images }, (_, index) => [
        Uint8Array.of(coarse[index]!, fine[index]!),
        planes.subarray(index * IMAGE, (index + 1) * IMAGE),
      ]);
      write(join(folder, 'b', `${name}.bin`), Buffer.concat(records.flat()));
      const dictionary = pickled.dictionary({
        fine_labels: pickled.list(fine.slice(0, images)),
        coarse_labels: pickled.list(coarse.slice(0, images)),
        data: pickled.array([images, IMAGE], planes.subarray(0, images * IMAGE)),
      });
      write(join(folder, 'p', name), pickled.file(dictionary));
    }
    const layout = small100(labels);
    const options = { layout, validation: 1, train: null };
    const [first, second] = await Promise.all(
      ['b', 'p'].map((path) => loadCifar({ ...options, path: join(folder, path) })),
    );
    expect(second!.hash).toBe(first!.hash);
    expect([...first!.test.labels]).toEqual((labels === 'fine' ? fine : coarse).slice(0, 2));
    expect(first!.classes).toBe(labels === 'fine' ? 100 : 20);
    expect(new Set(first!.classNames).size).toBe(first!.classes);
    const named = cifar100.options.parse({ name: 'cifar-100', path: folder, labels });
    expect(named).toMatchObject({ labels });
  });
});

describe('pickles', () => {
  const bad = (what: string): Error => new Error(what);

  test('of Python 3 are read: a dictionary with an array, lists, bytes, text, truth and numbers', () => {
    const golden = join(import.meta.dirname, '../golden', 'python-3.pickle');
    const content = readPickle(new Uint8Array(readFileSync(golden)), bad, 1000) as Map<string, unknown>;
    expect(Object.fromEntries(content)).toEqual({
      data: Object.assign(new PickledArray(), {
        type: 'u1',
        shape: [2, 3],
        bytes: new Uint8Array([0, 1, 2, 253, 254, 255]),
      }),
      labels: [0, 255, 256, 65_535, 65_536, -1],
      name: 'ä',
      bytes: new Uint8Array(Buffer.from('plain')),
      flags: [true, false, null],
      again: [0, 255, 256, 65_535, 65_536, -1],
    });
    expect(content.get('again')).toBe(content.get('labels'));
  });

  test.skipIf(!process.env['CASCADE_PYTHON'])('that these tests write are what Python reads', () => {
    const batch = batches[0]!;
    const file = join(folder, 'batch');
    writeFileSync(file, python(batch));
    const script = `import pickle, json, sys
content = pickle.load(open(sys.argv[1], 'rb'), encoding='latin1')
print(json.dumps([content['labels'], content['data'].tolist(), str(content['data'].dtype)]))`;
    const found = JSON.parse(
      execFileSync(process.env['CASCADE_PYTHON']!, ['-c', script, file], { encoding: 'utf8' }),
    ) as [number[], number[][], string];
    expect(found[0]).toEqual(batch.labels);
    expect(found[1].flat()).toEqual([...batch.planes]);
    expect(found[2]).toBe('uint8');
  });
});
