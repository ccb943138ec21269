import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generator, integer, integers } from '../../../../../main/trainer/random.ts';
import { ImageStream } from '../../../../../main/trainer/data/streams/image-stream.ts';
import { noise } from '../bytes.ts';

const IMAGE = 24;
const ROWS = 200;
const pixels = noise(ROWS * IMAGE);

let folder: string;
let file: string;
let stream: ImageStream;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cascade-stream-'));
  file = join(folder, 'pixels.bin');
  writeFileSync(file, pixels);
});
afterEach(async () => {
  await stream.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = async (slots: number, threads: number): Promise<void> => {
  stream = await ImageStream.open({
    source: { pixels: file },
    imageBytes: IMAGE,
    rows: ROWS,
    threads,
    slots,
  });
};
const rowsFrom = (start: number, count: number): Int32Array =>
  Int32Array.from({ length: count }, (_, index) => start + index);
const expected = (rows: Iterable<number>): Buffer =>
  Buffer.concat([...rows].map((row) => pixels.subarray(row * IMAGE, (row + 1) * IMAGE)));

describe('a stream of images', () => {
  test.each([
    [1, 1],
    [3, 3],
    [7, 2],
    [1000, 4],
  ])('with %i slots and %i threads gives every batch in order', async (slots, threads) => {
    await open(slots, threads);
    const source = stream.split(rowsFrom(0, ROWS));
    const random = generator(1, 'batches');
    for (let epoch = 0; epoch < 3; epoch++) {
      const batches = Array.from({ length: 12 }, () =>
        Int32Array.from(integers(1 + integer(16, random), ROWS, random)),
      );
      source.announce(batches);
      for (const batch of batches) expect(Buffer.from(source.next()).equals(expected(batch))).toBe(true);
    }
  });

  test('may be told another order at any moment, also for another split', async () => {
    await open(5, 3);
    const splits = [rowsFrom(0, 120), rowsFrom(120, 80)];
    const sources = splits.map((rows) => stream.split(rows));
    const random = generator(2, 'plans');
    for (let turn = 0; turn < 300; turn++) {
      const which = integer(2, random);
      const batches = Array.from({ length: 4 }, () =>
        Int32Array.from(integers(6, splits[which]!.length, random)),
      );
      sources[which]!.announce(batches);
      for (const batch of batches.slice(0, integer(4, random)))
        expect(
          Buffer.from(sources[which]!.next()).equals(expected(batch.map((at) => splits[which]![at]!))),
        ).toBe(true);
    }
  });

  test('tells the time that was waited for images', async () => {
    await open(2, 1);
    const source = stream.split(rowsFrom(0, ROWS));
    source.announce([rowsFrom(0, ROWS)]);
    const started = performance.now();
    source.next();
    // With two slots for 200 images, hardly any was there in time.
    expect(source.waited).toBeGreaterThan(0);
    expect(source.waited).toBeLessThanOrEqual((performance.now() - started) / 1000);
  });

  test('refuses an order that is longer than its rows, and a batch that was not announced', async () => {
    await open(2, 1);
    const source = stream.split(rowsFrom(0, ROWS));
    expect(() => source.announce([rowsFrom(0, ROWS), Int32Array.of(0)])).toThrow(
      /A reading order of 201 images for 200 rows/,
    );
    expect(() => stream.split(rowsFrom(0, 2)).next()).toThrow(/no batch left/);
  });

  test('says so when its file ends early, and goes on with what is there', async () => {
    await open(4, 2);
    const source = stream.split(rowsFrom(0, ROWS));
    truncateSync(file, 100 * IMAGE);
    source.announce([Int32Array.of(3), Int32Array.of(150)]);
    expect(Buffer.from(source.next()).equals(expected([3]))).toBe(true);
    expect(() => source.next()).toThrow(/pixels\.bin: ended before image 150 while it was in use/);
    source.announce([Int32Array.of(99)]);
    expect(Buffer.from(source.next()).equals(expected([99]))).toBe(true);
  });
});
