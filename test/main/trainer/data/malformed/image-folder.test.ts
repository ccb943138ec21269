import { chmodSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { datasets } from '../../../../../main/trainer/data/registry.ts';
import { noise, pngFile } from '../bytes.ts';
import { MalformedFolder, type Files } from './malformed-folder.ts';

const data = new MalformedFolder();

describe('folders of images', () => {
  const golden = (name: string): Uint8Array =>
    new Uint8Array(readFileSync(join(import.meta.dirname, '../golden', name)));
  const png = new Uint8Array(pngFile(4, 4, noise(48)));
  const good: Files = {
    'train/ant/0.png': png,
    'train/bee/0.png': png,
    'val/ant/0.png': png,
    'val/bee/0.png': png,
  };
  const damaged = (at: number, file = png): Uint8Array =>
    file.map((byte, index) => (index === at ? byte ^ 0x55 : byte));
  const large = (side: number): Uint8Array => {
    const file = Buffer.from(png);
    file.writeUInt32BE(side, 16);
    file.writeUInt32BE(side, 20);
    return file;
  };
  const cutJpeg = golden('colour.jpg').subarray(0, 900);

  const cases: [string, Files, string, RegExp][] = [
    ['nothing there', {}, 'train', /cannot be listed \(ENOENT/],
    [
      'images without classes',
      { 'train/0.png': png, 'val/0.png': png },
      'train',
      /holds no folders, where one for each/,
    ],
    ['one class', { 'train/ant/0.png': png, 'val/ant/0.png': png }, 'train', /holds one folder only/],
    [
      'no test images',
      { 'train/ant/0.png': png, 'train/bee/0.png': png },
      '',
      /has no folder of test images: none of test, val, validation is there/,
    ],
    ['test images without classes', { ...good, 'test/0.png': png }, 'test', /holds no folders/],
    ['an empty class', { ...good, 'train/cow': 'folder' }, 'train/cow', /holds no JPEG or PNG images/],
    [
      'a class that is not trained on',
      { ...good, 'val/cow/0.png': png },
      'val/cow',
      /is no class: train has no folder/,
    ],
    [
      'a GIF',
      { ...good, 'train/ant/1.gif': png },
      'train/ant/1.gif',
      /of a kind that is not read; only JPEG and PNG/,
    ],
    [
      'a GIF that is named otherwise',
      { ...good, 'train/ant/1.jpg': Buffer.from('GIF89a..') },
      'train/ant/1.jpg',
      /is not a JPEG or PNG image: it is a GIF/,
    ],
    [
      'a web page in place of an image',
      { ...good, 'val/bee/1.JPEG': Buffer.from('<!DOCTYPE html><html>') },
      'val/bee/1.JPEG',
      /is not a JPEG or PNG image: it is a web page/,
    ],
    [
      'an empty file',
      { ...good, 'train/ant/1.png': new Uint8Array() },
      'train/ant/1.png',
      /1\.png: is empty/,
    ],
    [
      'a JPEG cut short',
      { ...good, 'train/ant/1.jpg': cutJpeg },
      'train/ant/1.jpg',
      /decoded as JPEG: it is truncated/,
    ],
    [
      'a JPEG of nothing but its beginning',
      { ...good, 'train/ant/1.jpg': golden('colour.jpg').subarray(0, 30) },
      'train/ant/1.jpg',
      /is cut short or damaged: it does not tell how large/,
    ],
    [
      'a PNG cut short',
      { ...good, 'train/ant/1.png': png.subarray(0, -20) },
      'train/ant/1.png',
      /decoded as PNG/,
    ],
    [
      'a PNG cut within its header',
      { ...good, 'train/ant/1.png': png.subarray(0, 20) },
      'train/ant/1.png',
      /how large/,
    ],
    [
      'a PNG that says it is larger than its bytes can hold',
      { ...good, 'train/ant/1.png': large(8192) },
      'train/ant/1.png',
      /says that it is 8192 × 8192 pixels, more than its \d+ bytes can hold of a picture/,
    ],
    [
      'a PNG of the most pixels that are read whatever their bytes',
      { ...good, 'train/ant/1.png': large(4096) },
      'train/ant/1.png',
      /decoded as PNG/,
    ],
    ['a damaged PNG', { ...good, 'train/ant/1.png': damaged(60) }, 'train/ant/1.png', /decoded as PNG/],
    [
      'a PNG without pixels',
      { ...good, 'train/ant/1.png': pngFile(0, 4, new Uint8Array()) },
      'train/ant/1.png',
      /how large|has no pixels/,
    ],
    [
      'a PNG that says it is huge',
      { ...good, 'train/ant/1.png': large(60_000) },
      'train/ant/1.png',
      /says that it is 60000 × 60000 pixels, more than are read/,
    ],
    [
      'several bad files',
      {
        ...good,
        ...Object.fromEntries(
          Array.from({ length: 8 }, (_, index) => [`train/bee/${index}.png`, damaged(0)]),
        ),
      },
      'train/bee/0.png',
      /is not a JPEG or PNG image\. So are others: train\/bee\/1\.png, .*train\/bee\/5\.png and 2 more\./,
    ],
  ];

  test.each(cases)('%s', async (_what, files, file, what) => {
    data.write(files);
    await data.kindRefuses('image-folder', { folder: data.path, size: 4, threads: 1 }, file, what);
    const left = readdirSync(data.path).includes('.cascade-cache')
      ? readdirSync(join(data.path, '.cascade-cache')).filter((name) => !name.startsWith('lock-'))
      : [];
    expect(left).toEqual([]);
  });

  test('a folder that holds itself', async () => {
    data.write(good);
    symlinkSync(join(data.path, 'train'), join(data.path, 'train', 'ant', 'loop'));
    await data.kindRefuses(
      'image-folder',
      { folder: data.path, size: 4 },
      'train/ant/loop',
      /lies too deep: its folders may hold themselves|cannot be listed/,
    );
  });

  test('a link to nothing', async () => {
    data.write(good);
    symlinkSync(join(data.path, '..', 'nowhere.png'), join(data.path, 'train', 'ant', '1.png'));
    await data.kindRefuses(
      'image-folder',
      { folder: data.path, size: 4 },
      'train/ant/1.png',
      /cannot be read \(ENOENT/,
    );
  });

  test('links that lead round', async () => {
    data.write(good);
    symlinkSync('b.png', join(data.path, 'train', 'ant', 'a.png'));
    symlinkSync('a.png', join(data.path, 'train', 'ant', 'b.png'));
    await data.kindRefuses(
      'image-folder',
      { folder: data.path, size: 4 },
      'train/ant/',
      /cannot be read \(ELOOP/,
    );
  });

  test('folders of links to each other end soon', async () => {
    data.write(good);
    for (let link = 0; link < 12; link++)
      symlinkSync(join(data.path, 'train', 'ant'), join(data.path, 'train', 'ant', `link${link}`));
    await data.kindRefuses(
      'image-folder',
      { folder: data.path, size: 4 },
      'train/ant/link0',
      /may hold themselves/,
    );
  });

  test('a class with control characters in its name', async () => {
    data.write({ ...good, 'train/b\u001b[2Je/0.png': png });
    const [error] = (await Promise.allSettled([
      datasets.open({ name: 'image-folder', folder: data.path, size: 4 }).outline(),
    ])) as PromiseRejectedResult[];
    expect(error!.reason).toMatchObject({
      code: 'BAD_DATA_FILE',
      message: expect.stringMatching(
        /b\\u\{1b\}\[2Je: has control characters in its name, which names its class/,
      ) as string,
    });
  });

  test('what systems keep for themselves is no class and no image', async () => {
    data.write({
      ...good,
      'train/__MACOSX/ant/._0.png': Buffer.from('fork'),
      'train/.DS_Store': Buffer.from('x'),
      'train/ant/._0.png': Buffer.from('fork'),
      'train/ant/Thumbs.db': Buffer.from('x'),
      '__MACOSX/train/x.png': Buffer.from('fork'),
    });
    const outline = await datasets.open({ name: 'image-folder', folder: data.path, size: 4 }).outline();
    expect(outline).toMatchObject({ classNames: ['ant', 'bee'], train: 2, test: 2 });
  });

  // The superuser may read everything.
  test.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    data.write(good);
    chmodSync(join(data.path, 'train/ant/0.png'), 0);
    await data.kindRefuses(
      'image-folder',
      { folder: data.path, size: 4 },
      'train/ant/0.png',
      /cannot be read \(EACCES/,
    );
  });

  test('a cache that cannot be written', async () => {
    data.write({ ...good, kept: Buffer.from('a file') });
    await data.kindRefuses(
      'image-folder',
      { folder: data.path, size: 4, cache: join(data.path, 'kept') },
      'kept',
      /cannot be written to, to keep decoded images/,
    );
  });
});
