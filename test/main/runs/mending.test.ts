import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, vi } from 'vitest';
import { epochsIn } from '../../../common/epoch-spans.ts';
import {
  allEnded,
  bitsOf,
  openStation,
  pruningAt,
  smallImages,
  studyText,
  type Station,
} from './fixtures.ts';

vi.setConfig({ testTimeout: 60_000 });

const EPOCHS = 4;
const text = (images: string): string =>
  studyText({
    images,
    shared: { epochs: EPOCHS, checkpoints: undefined },
    arms: [{ name: 'pruned', control: false, pruning: pruningAt(2) }],
  });
const filesOf = (station: Station, id: string): string => join(station.folder, 'checkpoints', id);
const weightsOf = async (station: Station, id: string): Promise<string[]> => {
  const found: string[] = [];
  for (let epoch = 0; epoch <= EPOCHS; epoch++)
    found.push(Buffer.from(await station.services.weights(id, epoch)).toString('base64'));
  return found;
};

it('a finished run trains what is damaged or missing of its checkpoints again, to the same bits', async () => {
  const station = await openStation();
  const { services } = station;
  const [id] = (await station.start(text(smallImages()))) as [string];
  await allEnded(station, [id]);
  const [weights, bits] = [await weightsOf(station, id), await bitsOf(station, id)];
  const before = await services.getRun(id);
  await expect(services.resume(id)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('its checkpoints are whole'),
  });

  const last = join(filesOf(station, id), `epoch-${EPOCHS}.safetensors`);
  rmSync(last);
  const third = join(filesOf(station, id), 'epoch-3.safetensors');
  const bytes = readFileSync(third);
  bytes[bytes.length - 5]! ^= 1;
  writeFileSync(third, bytes);
  for (const epoch of [3, EPOCHS])
    await expect(services.weights(id, epoch)).rejects.toMatchObject({
      code: 'CHECKPOINT_CORRUPT',
      message: expect.stringContaining(`\`cascade resume ${id}\` trains it again`),
    });
  expect(epochsIn(await services.missingCheckpoints(id))).toEqual([EPOCHS]);

  const heard = station.events.length;
  await services.resume(id);
  expect((await allEnded(station, [id]))[0]).toMatchObject({ state: 'finished', reason: null });
  expect(await weightsOf(station, id)).toEqual(weights);
  expect(await bitsOf(station, id)).toEqual(bits);
  const after = await services.getRun(id);
  expect(await services.missingCheckpoints(id)).toEqual([]);
  expect(after.environment).toEqual(before.environment);
  expect(after.summary.endedAt).toBe(before.summary.endedAt);
  const kinds = after.events.map(({ kind }) => kind).slice(before.events.length);
  expect(kinds).toEqual(['queued', 'resumed', 'checkpoints-mended']);
  const trained = station.events
    .slice(heard)
    .flatMap((event) => (event.type === 'epoch' ? [event.epoch.epoch] : []));
  expect(trained).toEqual([3, 4]);

  // Of all of them, from the beginning; and no further than to the last that is missing.
  for (const name of readdirSync(filesOf(station, id)))
    if (!name.startsWith(`epoch-${EPOCHS}`)) rmSync(join(filesOf(station, id), name));
  const mark = station.events.length;
  await services.resume(id);
  await allEnded(station, [id]);
  expect(await weightsOf(station, id)).toEqual(weights);
  expect(
    station.events.slice(mark).flatMap((event) => (event.type === 'epoch' ? [event.epoch.epoch] : [])),
  ).toEqual([0, 1, 2, 3]);
});

it('a finished run of which an epoch comes out otherwise stays as it is stored, and says why', async () => {
  const station = await openStation();
  const [id] = (await station.start(text(smallImages()))) as [string];
  await allEnded(station, [id]);
  await station.services.close();
  const database = new Database(join(station.folder, 'workspace.sqlite'));
  database.exec(`update epochs set test_loss = test_loss + 1 where epoch = ${EPOCHS}`);
  database.close();
  rmSync(join(filesOf(station, id), `epoch-${EPOCHS}.safetensors`));
  const again = await openStation({ folder: station.folder });
  const stored = await again.services.epochs(id);
  await again.services.resume(id);
  expect((await allEnded(again, [id]))[0]).toMatchObject({
    state: 'finished',
    reason: expect.stringMatching(/Could not train.*differs from the stored one.*Nothing was changed/),
  });
  expect(await again.services.epochs(id)).toEqual(stored);
  expect(epochsIn((await again.services.getRun(id)).checkpoints)).toEqual([0, 1, 2, 3, 4]);
});

it('resume all takes a run that failed for want of its data once they are back, and names the others', async () => {
  const images = smallImages();
  const station = await openStation();
  const { services } = station;
  const [id] = (await station.start(text(images))) as [string];
  await services.stop(id);
  renameSync(images, `${images}-away`);
  await services.resume(id);
  const [failed] = await allEnded(station, [id]);
  expect(failed).toMatchObject({ state: 'failed' });
  expect(await services.resumeAll()).toEqual({ runs: [], failed: [{ id, reason: failed!.reason }] });
  renameSync(`${images}-away`, images);
  expect(await services.resumeAll()).toEqual({ runs: [id], failed: [] });
  expect((await allEnded(station, [id]))[0]).toMatchObject({ state: 'finished' });
});
