import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contention } from '../../../../contention.ts';
import type { Dataset, Split } from '../../../../../main/trainer/data/dataset.ts';
import { channelStatistics } from '../../../../../main/trainer/data/splits.ts';
import { noise, pngFile } from '../bytes.ts';
import { datasets } from '../../../../../main/trainer/data/registry.ts';

const SIZE = 4;
const IMAGE = SIZE * SIZE * 3;
const CLASSES = ['ant', 'bee', 'grey wolf ü'];

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'cascade-images-'));
  folder = join(parent, 'pictures of animals');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

function write(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), bytes);
}

/** Pixels of the image `index` of a class in a split. */
const pixelsOf = (split: string, label: number, index: number): Uint8Array =>
  noise(IMAGE, 256, 1000 * (split === 'train' ? 0 : 1) + 10 * label + index);

function writeAll(train = 4, val = 2): void {
  for (const [split, count] of [
    ['train', train],
    ['val', val],
  ] as const)
    CLASSES.forEach((name, label) => {
      for (let index = 0; index < count; index++)
        write(`${split}/${name}/${index}.png`, pngFile(SIZE, SIZE, pixelsOf(split, label, index)));
    });
}
const load = (options: Record<string, unknown> = {}): Promise<Dataset> =>
  datasets.open({ name: 'image-folder', folder, size: SIZE, threads: 2, ...options }).load();
const outline = (options: Record<string, unknown> = {}) =>
  datasets.open({ name: 'image-folder', folder, size: SIZE, ...options }).outline();

/** Images of a streamed split, in batches of `batch`. */
function streamed({ source, count }: Split, batch: number): Uint8Array {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  const batches = Array.from({ length: Math.ceil(count / batch) }, (_, step) =>
    order.slice(step * batch, (step + 1) * batch),
  );
  source!.announce(batches);
  return Buffer.concat(batches.map(() => source!.next().slice()));
}
/** What is kept in a cache, without the locks. */
const keptIn = (cache: string): string[] => readdirSync(cache).filter((name) => !name.startsWith('lock-'));
const cached = (): string[] => keptIn(join(folder, '.cascade-cache'));

describe('a folder of images', () => {
  test('is loaded class by class, in the order of names', async () => {
    writeAll();
    const set = await load();
    expect(set).toMatchObject({ imageShape: [SIZE, SIZE, 3], classes: 3, classNames: CLASSES });
    expect([...set.train.labels]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
    expect([...set.test.labels]).toEqual([0, 0, 1, 1, 2, 2]);
    expect([...set.train.images.subarray(5 * IMAGE, 6 * IMAGE)]).toEqual([...pixelsOf('train', 1, 1)]);
    expect([...set.test.images.subarray(5 * IMAGE)]).toEqual([...pixelsOf('val', 2, 1)]);
    const { mean, standardDeviation } = channelStatistics(set.train.images, 3);
    expect(set.mean).toEqual(mean);
    expect(set.standardDeviation).toEqual(standardDeviation);
    expect(set.validation).toBeNull();
    expect(await outline()).toEqual({
      imageShape: [SIZE, SIZE, 3],
      classes: 3,
      classNames: CLASSES,
      train: 12,
      validation: 0,
      test: 6,
      bytes: 18 * (IMAGE + 4),
      streamed: false,
    });
  });

  test('gives the same data whole, from prepared pixels and decoded each time', async () => {
    writeAll();
    const whole = await load({ validation: 3 });
    const sets = [
      await load({ validation: 3, memory: 0 }),
      await load({ validation: 3, decode: 'every-epoch' }),
    ];
    expect(await outline({ memory: 0 })).toMatchObject({ streamed: true });
    for (const set of sets) {
      expect(set.hash).toBe(whole.hash);
      expect([set.mean, set.standardDeviation]).toEqual([whole.mean, whole.standardDeviation]);
      for (const name of ['train', 'validation', 'test'] as const) {
        expect(set[name]!.images).toHaveLength(0);
        expect(set[name]!.labels).toEqual(whole[name]!.labels);
        expect(streamed(set[name]!, 4)).toEqual(Buffer.from(whole[name]!.images));
      }
      await set.close!();
    }
    const other = await load({ validation: 2 });
    expect(other.hash).not.toBe(whole.hash);
  });

  test('is decoded once, until a file changes; then the older pixels are gone', async () => {
    writeAll();
    const first = await load();
    const [name] = cached();
    const watched: number[] = [];
    const again = (): Promise<Dataset> =>
      datasets.open({ name: 'image-folder', folder, size: SIZE }).load({
        decoded: (done) => watched.push(done),
        waits: () => undefined,
      });
    expect((await again()).hash).toBe(first.hash);
    expect([cached(), watched]).toEqual([[name], []]);

    write('train/ant/0.png', pngFile(SIZE, SIZE, noise(IMAGE, 256, 99)));
    utimesSync(join(folder, 'train/ant/0.png'), 1, 1);
    const changed = await again();
    expect(changed.hash).not.toBe(first.hash);
    expect(watched.at(-1)).toBe(18);
    expect(cached()).toHaveLength(1);
    expect(cached()).not.toContain(name);

    const grey = await load({ channels: 1 });
    expect(grey.imageShape).toEqual([SIZE, SIZE, 1]);
    expect(cached()).toHaveLength(2);
  });

  test('is decoded again where a file was replaced by one of the same size and time', async () => {
    const file = join(folder, 'train/ant/0.png');
    const replaced = join(parent, 'other.png');
    // Stored without compression, images of one shape have files of one size.
    writeAll();
    write('train/ant/0.png', pngFile(SIZE, SIZE, noise(IMAGE, 256, 50), 0));
    const { size, atime, mtime } = statSync(file);
    const [first, name] = [await load(), cached()];

    for (const [seed, put] of [
      [51, (): void => renameSync(replaced, file)],
      [52, (): void => writeFileSync(file, readFileSync(replaced))],
    ] as const) {
      const bytes = pngFile(SIZE, SIZE, noise(IMAGE, 256, seed), 0);
      writeFileSync(replaced, bytes);
      utimesSync(replaced, atime, mtime);
      put();
      utimesSync(file, atime, mtime);
      expect(statSync(file)).toMatchObject({ size, mtime });
      const other = await load();
      expect(other.hash).not.toBe(first.hash);
      expect(Buffer.from(other.train.images).includes(Buffer.from(noise(IMAGE, 256, seed)))).toBe(true);
      expect(cached()).not.toEqual(name);
    }
  });

  test('is imported once by two who want it at the same time, and not again where it is moved to', async () => {
    writeAll();
    const [one, other] = await Promise.all([load(), load()]);
    expect(one.hash).toBe(other.hash);
    expect(cached()).toHaveLength(1);
    const moved = join(parent, 'elsewhere');
    renameSync(folder, moved);
    folder = moved;
    expect((await load()).hash).toBe(one.hash);
    expect(cached()).toHaveLength(1);
  });

  test('is taken over from an import that died', async () => {
    writeAll();
    await load();
    const [name] = cached();
    const partial = join(folder, '.cascade-cache', `${name}.partial`);
    renameSync(join(folder, '.cascade-cache', name!), partial);
    rmSync(join(partial, 'rows.bin'));
    // It says nothing when that was: of a clock that was set back meanwhile it may be the future.
    const some = Date.now() / 1000 + 3600;
    utimesSync(partial, some, some);
    const began = performance.now();
    expect((await load()).train.count).toBe(12);
    expect((performance.now() - began) / contention()).toBeLessThan(5_000);
    expect(cached()).toEqual([name]);
  });

  test('keeps its decoded images elsewhere where it is told to', async () => {
    writeAll();
    await load({ cache: join(parent, 'kept') });
    expect(existsSync(join(folder, '.cascade-cache'))).toBe(false);
    expect(keptIn(join(parent, 'kept'))).toHaveLength(1);
  });

  test('whose decoded images were damaged says so', async () => {
    writeAll();
    await load();
    const pixels = join(folder, '.cascade-cache', cached()[0]!, 'pixels.bin');
    writeFileSync(pixels, new Uint8Array(18 * IMAGE));
    await expect(load()).rejects.toThrow(/: holds decoded images that are damaged: delete it/);
    writeFileSync(pixels, new Uint8Array(5));
    await expect(load()).rejects.toThrow(/are damaged/);
  });

  test('may name its test and validation folders, and hold images deeper down', async () => {
    writeAll();
    cpSync(join(folder, 'val'), join(folder, 'held'), { recursive: true });
    renameSync(join(folder, 'val'), join(folder, 'validation'));
    write('test/ant/images/deep.png', pngFile(SIZE, SIZE, noise(IMAGE)));
    write('train/ant/notes.txt', Buffer.from('boxes'));
    write('train/.hidden/0.png', Buffer.from('nothing'));
    const set = await load({ validation: 'held' });
    expect([set.train.count, set.validation!.count, set.test.count]).toEqual([12, 6, 1]);
    expect(await outline({ validation: 'held' })).toMatchObject({ train: 12, validation: 6, test: 1 });
    expect((await load({ test: 'validation' })).test.count).toBe(6);
  });
});

describe('images that are read ahead', () => {
  test('come in the planned order, whatever was read of other splits meanwhile', async () => {
    writeAll(40, 20);
    const whole = await load({ validation: 10 });
    const set = await load({ validation: 10, memory: 0 });
    const batches = Array.from({ length: 22 }, (_, step) =>
      Int32Array.from({ length: 5 }, (_, index) => ((step * 5 + index) * 7) % 110),
    );
    const { source, count } = set.train;
    expect(count).toBe(110);
    source!.announce(batches);
    batches.forEach((batch, step) => {
      const expected = Buffer.concat(
        [...batch].map((row) => whole.train.images.subarray(row * IMAGE, (row + 1) * IMAGE)),
      );
      expect(Buffer.from(source!.next()).equals(expected)).toBe(true);
      if (step % 5 === 0) expect(streamed(set.test, 7)).toEqual(Buffer.from(whole.test.images));
    });
    expect(() => source!.next()).toThrow(/no batch left/);
    expect(source!.waited).toBeGreaterThanOrEqual(0);
    source!.announce(batches.slice(3));
    expect(source!.next()).toHaveLength(5 * IMAGE);
    await set.close!();
  });

  test('say which file can no longer be read', async () => {
    writeAll();
    const set = await load({ decode: 'every-epoch' });
    write('train/bee/1.png', Buffer.from('gone'));
    set.train.source!.announce([Int32Array.of(0, 1), Int32Array.of(5)]);
    expect(set.train.source!.next()).toHaveLength(2 * IMAGE);
    expect(() => set.train.source!.next()).toThrow(/bee\/1\.png: is not a JPEG or PNG image/);
    set.train.source!.announce([Int32Array.of(2)]);
    expect([...set.train.source!.next()]).toEqual([...pixelsOf('train', 0, 2)]);
    await set.close!();
  });
});
