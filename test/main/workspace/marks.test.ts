import { expect, it } from 'vitest';
import { decodeRuns } from '../../../common/codec/run-frames.ts';
import { Specifications } from '../../../common/codec/specifications.ts';
import { CONTROL, newRun, openTest, RUN, SPECIFICATION, temporaryFolder } from './fixtures.ts';

it('tags, note, star and bin are kept with a run, and what is not named stays', async () => {
  const folder = temporaryFolder();
  const workspace = await openTest(folder);
  await workspace.addRun(newRun(CONTROL));
  await workspace.addRun(newRun(RUN));
  const plain = { tags: [], note: null, starred: false, binnedAt: null };
  expect(await workspace.summary(RUN)).toMatchObject(plain);

  await workspace.mark([RUN, CONTROL], { addTags: ['paper', 'draft'], note: 'Looks odd.' });
  await workspace.mark([RUN], { addTags: ['paper', 'again'], removeTags: ['draft'], starred: true });
  await workspace.mark([RUN], { binned: true });
  const marked = { tags: ['again', 'paper'], note: 'Looks odd.', starred: true };
  expect(await workspace.summary(RUN)).toMatchObject(marked);
  expect((await workspace.summary(RUN)).binnedAt).toBeCloseTo(Date.now(), -5);
  expect(await workspace.summary(CONTROL)).toMatchObject({
    ...plain,
    tags: ['draft', 'paper'],
    note: 'Looks odd.',
  });

  await workspace.mark([RUN], { note: '', starred: false, binned: false });
  expect(await workspace.summary(RUN)).toMatchObject({ ...plain, tags: ['again', 'paper'] });
  await workspace.close();
  const again = await openTest(folder);
  expect(await again.summary(CONTROL)).toMatchObject({ tags: ['draft', 'paper'] });
});

it('a run that is asked for again comes back from the bin', async () => {
  const workspace = await openTest(temporaryFolder());
  await workspace.addRun(newRun(RUN));
  await workspace.mark([RUN], { binned: true, addTags: ['kept'] });
  await workspace.addRun(newRun(RUN));
  expect(await workspace.summary(RUN)).toMatchObject({ binnedAt: null, tags: ['kept'] });
});

it('of runs one of which is not there, none is marked', async () => {
  const workspace = await openTest(temporaryFolder());
  await workspace.addRun(newRun(RUN));
  await expect(workspace.mark([RUN, 'ffffffffffff-s9'], { starred: true })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  expect(await workspace.summary(RUN)).toMatchObject({ starred: false });
});

it('the list that is kept follows every change', async () => {
  const workspace = await openTest(temporaryFolder());
  const tags = async (): Promise<string[][]> => decodeRuns(await workspace.runList()).map((run) => run.tags);
  await workspace.addRun(newRun(RUN));
  expect(await tags()).toEqual([[]]);
  await workspace.mark([RUN], { addTags: ['new'] });
  expect(await tags()).toEqual([['new']]);
  expect(await tags()).toEqual([['new']]);
  await workspace.addRun(newRun(CONTROL));
  expect(await tags()).toEqual([[], ['new']]);
  const standing = {
    id: RUN,
    unsaved: { state: 'failed' as const, reason: 'disk' },
    preparing: null,
    progress: null,
  };
  expect(decodeRuns(await workspace.runList({}, [standing])).map((run) => run.state)).toEqual([
    'queued',
    'failed',
  ]);
  expect(decodeRuns(await workspace.runList()).map((run) => run.state)).toEqual(['queued', 'queued']);
});

it('specifications are told flat, once for all seeds', async () => {
  const workspace = await openTest(temporaryFolder());
  const other = { ...SPECIFICATION, batchSize: 999 };
  await workspace.addRun(newRun('aaaaaaaaaaaa-s0', { hash: 'aaaaaaaaaaaa', seed: 0 }));
  await workspace.addRun(newRun('aaaaaaaaaaaa-s1', { hash: 'aaaaaaaaaaaa', seed: 1 }));
  await workspace.addRun(newRun('bbbbbbbbbbbb-s0', { hash: 'bbbbbbbbbbbb', seed: 0, specification: other }));
  const told = new Specifications();
  told.add(await workspace.specificationFrame(['bbbbbbbbbbbb']));
  expect(told.has('aaaaaaaaaaaa')).toBe(false);
  expect(told.setting('bbbbbbbbbbbb', 'batchSize')).toBe(999);
  told.add(await workspace.specificationFrame());
  expect(told.setting('aaaaaaaaaaaa', 'batchSize')).toBe(SPECIFICATION.batchSize);
  expect(told.setting('aaaaaaaaaaaa', 'optimizer')).toBe(SPECIFICATION.optimizer.name);
  expect(told.setting('aaaaaaaaaaaa', 'nothing')).toBeUndefined();
  expect(told.settings().find(({ key }) => key === 'batchSize')?.values).toEqual(
    expect.arrayContaining([999, SPECIFICATION.batchSize]),
  );
});
