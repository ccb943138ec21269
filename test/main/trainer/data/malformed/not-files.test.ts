import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { datasets } from '../../../../../main/trainer/data/registry.ts';
import { idxFile, matFile, noise, npyFile, npzFile, pngFile } from '../bytes.ts';
import { MalformedFolder, type Files } from './malformed-folder.ts';

const data = new MalformedFolder();

/** What can stand at a path that is neither a file nor a folder, and what is said of it. */
const others: [string, (path: string) => void | (() => void), RegExp][] = [
  ['a pipe', (path) => void execFileSync('mkfifo', [path]), /it is not a file but a pipe/],
  ['an endless device', (path) => symlinkSync('/dev/zero', path), /it is not a file but a device/],
  [
    'a socket',
    (path) => {
      const server = createServer().listen({ path });
      return () => void server.close();
    },
    /it is not a file but a socket/,
  ],
  ['a folder', (path) => void mkdirSync(path), /it is not a file but a folder/],
];

const png = pngFile(2, 2, noise(12));
const labels = npyFile('|u1', [2], Uint8Array.of(0, 1));
const images = npyFile('|u1', [2, 2, 2, 1], noise(8));
const digits = (): Buffer =>
  matFile([
    { name: 'X', dimensions: [32, 32, 3, 2], bytes: noise(2 * 3072) },
    { name: 'y', dimensions: [2, 1], bytes: Uint8Array.of(1, 10) },
  ]);

/** A whole data set of each kind that reads files, and one of its files. */
const kinds: [string, Files, Record<string, unknown>, string][] = [
  [
    'npz',
    {
      'a.npz': npzFile({
        train_images: images,
        train_labels: labels,
        test_images: images,
        test_labels: labels,
      }),
    },
    { file: 'a.npz' },
    'a.npz',
  ],
  [
    'idx',
    {
      'train-images-idx3-ubyte': idxFile([2, 2, 2], noise(8)),
      'train-labels-idx1-ubyte': idxFile([2], [0, 1]),
      't10k-images-idx3-ubyte': idxFile([2, 2, 2], noise(8)),
      't10k-labels-idx1-ubyte': idxFile([2], [0, 1]),
    },
    { folder: '' },
    't10k-labels-idx1-ubyte',
  ],
  ['svhn', { 'train_32x32.mat': digits(), 'test_32x32.mat': digits() }, { folder: '' }, 'test_32x32.mat'],
  ['cifar-10', { 'data_batch_1.bin': noise(3073) }, { path: '' }, 'data_batch_1.bin'],
  [
    'image-folder',
    { 'train/a/0.png': png, 'train/b/0.png': png, 'val/a/0.png': png, 'val/b/0.png': png },
    { folder: '', size: 2 },
    'train/b/0.png',
  ],
];

describe.runIf(process.platform === 'linux').each(others)(
  '%s in the place of a file',
  (what, make, sentence) => {
    test.each(kinds)('of %s is refused, and not waited for', async (kind, files, options, file) => {
      if (what === 'a folder' && kind === 'image-folder') return;
      data.write(files);
      const path = join(data.path, file);
      rmSync(path);
      mkdirSync(dirname(path), { recursive: true });
      // A socket's path may be no longer than about a hundred bytes.
      const before = process.cwd();
      process.chdir(dirname(path));
      const undo = make(path.slice(dirname(path).length + 1));
      process.chdir(before);
      const given = Object.fromEntries(
        Object.entries({ name: kind, validation: 0, ...options }).map(([key, value]) => [
          key,
          ['file', 'folder', 'path'].includes(key) ? join(data.path, String(value)) : value,
        ]),
      ) as { name: string };
      for (const ask of ['outline', 'load'] as const)
        await expect(datasets.open(given)[ask](), ask).rejects.toMatchObject({
          code: 'BAD_DATA_FILE',
          message: expect.stringMatching(sentence) as string,
        });
      undo?.();
    });
  },
);
