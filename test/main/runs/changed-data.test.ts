import { expect, it, vi } from 'vitest';
import type { RunEnvironment } from '../../../common/records.ts';
import { allEnded, openStation, pruningAt, studyText, temporaryFolder, writeImages } from './fixtures.ts';

vi.setConfig({ testTimeout: 60_000 });

const FIRST = { name: 'pruned', pruning: pruningAt(1) };
const SECOND = { name: 'second', pruning: pruningAt(1, 0.8) };

it('does not mix runs of data that were replaced, and keeps both apart where that is accepted', async () => {
  const images = temporaryFolder();
  const study = (arms: Record<string, unknown>[]) => studyText({ images, arms, shared: { epochs: 2 } });
  const replace = (salt: number) => writeImages(images, 200, 100, salt);
  const station = await openStation();
  const { services } = station;
  const check = async (text: string, acceptChangedData = false) =>
    (await services.checkStudy(text, 'a.yaml', { acceptChangedData })).preview!;
  const accept = async (text: string) => {
    const { runs } = await services.startStudy(text, 'a.yaml', { acceptChangedData: true });
    await allEnded(station, runs);
    return runs;
  };
  const hashOf = async (id: string) =>
    ((await services.getRun(id)).environment as unknown as RunEnvironment).datasetHash;

  replace(0);
  const old = await station.start(study([FIRST]));
  await allEnded(station, old);
  expect(await check(study([FIRST]))).toMatchObject({ dataChanged: false, warnings: [] });

  // Written anew, with the same content.
  replace(0);
  expect(await check(study([FIRST]))).toMatchObject({ dataChanged: false, warnings: [] });

  replace(1);
  const told = await check(study([FIRST]));
  expect(told).toMatchObject({ dataChanged: true, warnings: [expect.stringContaining("'pruned'")] });
  expect(told.runs.every(({ otherData, state }) => otherData && state === 'finished')).toBe(true);
  for (const arms of [[FIRST], [FIRST, SECOND], [SECOND]])
    await expect(services.startStudy(study(arms), 'a.yaml')).rejects.toMatchObject({ code: 'DATA_CHANGED' });
  expect(await services.listRuns()).toHaveLength(old.length);

  const planned = await check(study([FIRST, SECOND]), true);
  expect(planned.runs.every(({ state, otherData }) => state === null && !otherData)).toBe(true);
  const both = await accept(study([FIRST, SECOND]));
  const oldHash = await hashOf(old[0]!);
  const newHash = await hashOf(both[0]!);
  expect(newHash).not.toBe(oldHash);
  expect(both.filter((id) => old.includes(id))).toEqual([]);
  for (const run of await services.listRuns()) {
    const isNew = both.includes(run.id);
    expect(run).toMatchObject({ state: 'finished', data: isNew ? newHash : oldHash, dataPinned: isNew });
    for (const id of [run.control, run.trunk?.id]) if (id) expect(both.includes(id)).toBe(isNew);
  }
  expect(await accept(study([FIRST, SECOND]))).toEqual(both);

  // Accepted once: asked no more for that content, and told still.
  const remembered = await check(study([FIRST, SECOND]));
  expect(remembered).toMatchObject({
    dataChanged: false,
    warnings: [expect.stringContaining('stay as they')],
  });
  expect(remembered.runs.map(({ id, state }) => [id, state])).toEqual(both.map((id) => [id, 'finished']));
  expect(await station.start(study([FIRST, SECOND]))).toEqual(both);
  expect(
    await check(studyText({ images, arms: [FIRST], shared: { epochs: 2 }, name: 'other' })),
  ).toMatchObject({ dataChanged: true });

  replace(2);
  expect(await check(study([FIRST, SECOND]))).toMatchObject({ dataChanged: true });
  await expect(station.start(study([FIRST, SECOND]))).rejects.toMatchObject({ code: 'DATA_CHANGED' });
  replace(1);
  expect(await station.start(study([FIRST, SECOND]))).toEqual(both);

  replace(0);
  const back = await check(study([FIRST]));
  expect(back).toMatchObject({ dataChanged: false, warnings: [] });
  expect(back.runs.map(({ id, state }) => [id, state])).toEqual(old.map((id) => [id, 'finished']));

  // Of the old data nothing is left: what was accepted stays what the study is of.
  for (const id of old.toReversed()) await services.remove(id);
  replace(1);
  expect(await check(study([FIRST, SECOND]))).toMatchObject({ dataChanged: false, warnings: [] });
  expect(await station.start(study([FIRST, SECOND]))).toEqual(both);
  replace(2);
  expect(await check(study([FIRST, SECOND]))).toMatchObject({ dataChanged: true });
});

it('does not train a run that waited on data that were replaced after the others had begun', async () => {
  const images = temporaryFolder();
  writeImages(images, 200, 100);
  const station = await openStation({ concurrency: 1 });
  const text = studyText({
    images,
    arms: [
      { name: 'long', epochs: 500 },
      { name: 'short', batchSize: 20 },
    ],
  });
  const [first, second] = (await station.start(text)) as [string, string];
  await station.until((event) => event.type === 'epoch' && event.id === first, 'it has begun');
  writeImages(images, 200, 100, 1);
  await station.services.stop(first);
  const [ended] = await allEnded(station, [second]);
  expect(ended).toMatchObject({ state: 'failed', reason: expect.stringContaining('--accept-changed-data') });
});
