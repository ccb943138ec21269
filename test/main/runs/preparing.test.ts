import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FileLock } from '../../../main/locks/file-lock.ts';
import { pngFile } from '../trainer/data/bytes.ts';
import { allEnded, openStation, studyText, temporaryFolder } from './fixtures.ts';

const SIZE = 8;

function imageFolder(): string {
  const folder = temporaryFolder();
  for (const split of ['train', 'val'])
    for (const name of ['ant', 'bee']) {
      mkdirSync(join(folder, split, name), { recursive: true });
      for (let image = 0; image < 8; image++) {
        const pixels = new Uint8Array(SIZE * SIZE * 3).fill(16 * image + (name === 'ant' ? 0 : 8));
        writeFileSync(join(folder, split, name, `${image}.png`), pngFile(SIZE, SIZE, pixels));
      }
    }
  return folder;
}

it('a run says that it waits for images that another decodes, and goes on when that one is gone', async () => {
  const folder = imageFolder();
  const text = (name: string): string =>
    studyText({
      images: folder,
      name,
      shared: {
        dataset: { name: 'image-folder', folder, size: SIZE, validation: 0 },
        epochs: name === 'first' ? 1 : 2,
        batchSize: 8,
      },
      arms: [{ name: 'control' }],
    });
  const station = await openStation();
  const first = await station.start(text('first'));
  expect((await allEnded(station, first))[0]).toMatchObject({ state: 'finished', reason: null });

  const cache = join(folder, '.cascade-cache');
  for (const name of readdirSync(cache).filter((name) => !name.startsWith('lock-')))
    rmSync(join(cache, name), { recursive: true });
  const lock = FileLock.tryTake(join(cache, readdirSync(cache)[0]!))!;
  const [id] = (await station.start(text('second'))) as [string];
  await station.until(
    (event) =>
      event.type === 'run' &&
      event.run.id === id &&
      event.run.state === 'running' &&
      /^Waits for another run that decodes the same images/.test(event.run.reason ?? ''),
    'it says that it waits',
  );
  lock.release();
  expect((await allEnded(station, [id]))[0]).toMatchObject({ state: 'finished', reason: null });
}, 60_000);
