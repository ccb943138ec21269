import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { CIFAR_10 } from '../../../main/trainer/data/sets/cifar-10.ts';
import { noise, pngFile } from '../trainer/data/bytes.ts';
import { allEnded, openStation, pruningAt, smallImages, studyText, temporaryFolder } from './fixtures.ts';

vi.setConfig({ testTimeout: 120_000 });

const ARM = { name: 'pruned', pruning: pruningAt(1), control: false };

/** Trains a study, replaces its data under their path, and goes through what is asked, refused and kept apart. */
async function expectDataApart(
  dataset: Record<string, unknown>,
  write: (salt: number) => void,
): Promise<void> {
  const station = await openStation();
  const { services } = station;
  const text = studyText({ images: '', shared: { dataset, epochs: 1 }, arms: [{ name: 'plain' }] });
  const check = async () => (await services.checkStudy(text, 'a.yaml')).preview!;
  const hashes = async (ids: readonly string[]) =>
    new Set((await allEnded(station, ids)).map(({ state, data }) => `${state} ${data}`));
  write(0);
  const old = await station.start(text);
  const [before] = await hashes(old);

  write(1);
  expect(await check()).toMatchObject({ dataChanged: true, warnings: [expect.stringContaining("'plain'")] });
  await expect(station.start(text)).rejects.toMatchObject({ code: 'DATA_CHANGED' });
  const { runs } = await services.startStudy(text, 'a.yaml', { acceptChangedData: true });
  expect(runs.filter((id) => old.includes(id))).toEqual([]);
  const now = await hashes(runs);
  expect([...now]).toEqual([expect.stringMatching(/^finished [0-9a-f]{64}$/)]);
  expect([...now]).not.toEqual([before]);
  expect(await station.start(text)).toEqual(runs);

  write(0);
  expect(await check()).toMatchObject({ dataChanged: false, warnings: [] });
  expect(await station.start(text)).toEqual(old);
}

it('a folder of images that were replaced by others of their sizes and times is told from the old one', async () => {
  const folder = temporaryFolder();
  const SIZE = 6;
  const write = (salt: number): void => {
    for (const [split, count] of Object.entries({ train: 20, val: 4 }))
      for (const name of ['ant', 'bee'])
        for (let index = 0; index < count; index++) {
          const file = join(folder, split, name, `${index}.png`);
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, pngFile(SIZE, SIZE, noise(SIZE * SIZE * 3, 256, salt * 1000 + index), 0));
          utimesSync(file, 1e9, 1e9);
        }
  };
  const dataset = { name: 'image-folder', folder, size: SIZE, threads: 1 };
  await expectDataApart(dataset, write);
});

it('binary batches of CIFAR-10 that were replaced are told from the old ones', async () => {
  const path = temporaryFolder();
  const RECORD = 3073;
  const batch = Buffer.alloc(CIFAR_10.trainImages * RECORD);
  for (let image = 0; image < CIFAR_10.trainImages; image++) {
    const label = image % 10;
    batch.fill(20 * label + (image % 7), image * RECORD, (image + 1) * RECORD);
    batch[image * RECORD] = label;
  }
  for (const name of [...CIFAR_10.trainFiles, CIFAR_10.testFile])
    writeFileSync(join(path, `${name}.bin`), batch);
  const write = (salt: number): void => {
    const other = Buffer.from(batch);
    for (let image = 0; image < CIFAR_10.trainImages; image++) other[image * RECORD + 1]! ^= salt;
    writeFileSync(join(path, 'data_batch_3.bin'), other);
  };
  await expectDataApart({ name: 'cifar-10', path, train: 100, validation: 100 }, write);
});

/** Writes a file of the same times as the one there. */
function replaceAlike(file: string, bytes: Uint8Array): void {
  const { atime, mtime } = statSync(file);
  writeFileSync(file, bytes);
  utimesSync(file, atime, mtime);
}

it('a file of weights and one of masks that were replaced give new runs beside the old ones', async () => {
  const station = await openStation();
  const { services } = station;
  const images = smallImages();
  const shared = { epochs: 1 };
  const sources = await station.start(studyText({ images, shared, seeds: [0, 1], arms: [ARM] }));
  await allEnded(station, sources);
  const weights = await Promise.all(sources.map((id) => services.weights(id, 1, 'plain')));
  const masks = await Promise.all(sources.map((id) => services.masks(id, 1, '1e-4')));
  const folder = temporaryFolder();
  const [weightsFile, masksFile] = [join(folder, 'start.safetensors'), join(folder, 'masks.npz')];

  for (const [file, contents, arm] of [
    [weightsFile, weights, { name: 'plain', model: { name: 'lenet-300-100', weights: weightsFile } }],
    [
      masksFile,
      masks,
      { ...ARM, pruning: { ...pruningAt(1), criterion: { name: 'given-masks', file: masksFile } } },
    ],
  ] as const) {
    const text = studyText({ images, shared, name: 'from-a-file', arms: [arm] });
    writeFileSync(file, contents[0]!);
    const old = await station.start(text);
    await allEnded(station, old);

    replaceAlike(file, contents[1]!);
    const { runs } = (await services.checkStudy(text, 'a.yaml')).preview!;
    expect(runs).toMatchObject([{ state: null }]);
    expect(old).not.toContain(runs[0]!.id);
    const now = await station.start(text);
    expect(now).toEqual([runs[0]!.id]);
    expect(await allEnded(station, now)).toMatchObject([{ state: 'finished' }]);

    replaceAlike(file, contents[0]!);
    expect(await station.start(text)).toEqual(old);
  }
});
