import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Dataset, DatasetKind, DatasetOutline } from '../../../../main/trainer/data/dataset.ts';
import { idx } from '../../../../main/trainer/data/sets/idx.ts';
import { idxFile } from './bytes.ts';
import { datasets } from '../../../../main/trainer/data/registry.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cascade-outline-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What an outline must say of a data set that was loaded. */
function outlined({ imageShape, classes, train, validation, test }: Dataset): DatasetOutline {
  const splits = [train, test, ...(validation ? [validation] : [])];
  return {
    imageShape,
    classes,
    train: train.count,
    validation: validation?.count ?? 0,
    test: test.count,
    bytes: splits.reduce((sum, { images, labels }) => sum + images.byteLength + labels.byteLength, 0),
  };
}

function write(pack: (bytes: Buffer) => Buffer, ending = ''): void {
  for (const [name, count] of [
    ['train', 10],
    ['t10k', 4],
  ] as const) {
    writeFileSync(
      join(folder, `${name}-images-idx3-ubyte${ending}`),
      pack(idxFile([count, 3, 5], new Uint8Array(count * 15))),
    );
    writeFileSync(
      join(folder, `${name}-labels-idx1-ubyte${ending}`),
      pack(idxFile([count], new Uint8Array(count))),
    );
  }
}

async function bothRefuse(kind: DatasetKind, options: Record<string, unknown>): Promise<string> {
  const opened = datasets.open({ name: kind.name, ...options });
  const [first, second] = (await Promise.all(
    [opened.load(), opened.outline()].map((promise) =>
      promise.then(() => null).catch((error: unknown) => error),
    ),
  )) as [Error, Error];
  expect(second).toMatchObject({ name: 'CascadeError', message: first.message });
  return second.message;
}

describe('an outline says what loading would give', () => {
  test.each([
    { validation: 5000, train: null },
    { validation: 0, train: 12_000 },
  ])('of MNIST with %o', async (options) => {
    const given = { name: 'mnist', ...options };
    expect(await datasets.open(given).outline()).toEqual(outlined(await datasets.open(given).load()));
  });

  test.each([
    ['plain', (bytes: Buffer) => bytes, ''],
    ['gzipped', (bytes: Buffer) => gzipSync(bytes), '.gz'],
  ])('of IDX files, %s', async (_what, pack, ending) => {
    write(pack, ending);
    const given = { name: 'idx', folder, validation: 3 };
    expect(await datasets.open(given).outline()).toEqual(outlined(await datasets.open(given).load()));
  });

  test('and refuses as loading does', async () => {
    expect(await bothRefuse(idx, { folder })).toMatch(/is not there/);
    write((bytes) => bytes);
    expect(await bothRefuse(idx, { folder, validation: 10 })).toMatch(/cannot give/);
    truncateSync(join(folder, 't10k-images-idx3-ubyte'), 70);
    expect(await bothRefuse(idx, { folder })).toMatch(/truncated/);
    truncateSync(join(folder, 't10k-images-idx3-ubyte'), 9);
    expect(await bothRefuse(idx, { folder })).toMatch(/ends within its header/);
    truncateSync(join(folder, 't10k-images-idx3-ubyte'), 1);
    expect(await bothRefuse(idx, { folder })).toMatch(/too short for an IDX header: 1 bytes/);
    writeFileSync(join(folder, 't10k-images-idx3-ubyte'), gzipSync(Buffer.alloc(50)).subarray(0, 11));
    expect(await bothRefuse(idx, { folder })).toMatch(/gzipped, but cannot be unpacked/);
  });
});
