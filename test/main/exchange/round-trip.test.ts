import { expect, it } from 'vitest';
import { openTest, temporaryFolder } from '../workspace/fixtures.ts';
import { CONTROL, RUN, recordOf, newRun } from '../workspace/fixtures.ts';
import { aWorkspace, everything, filesOf, look, OTHER, pack, take, TRUNK } from './helpers.ts';

const ALL = [TRUNK, CONTROL, RUN];

it('a run goes with all that is known of it and of what it needs, and comes back the same', async () => {
  const there = await aWorkspace();
  const packed = await pack(there, [RUN]);
  expect(packed).toMatchObject({ asked: [RUN], needed: [TRUNK, CONTROL], checkpoints: 9, notices: [] });
  const here = await openTest(temporaryFolder());
  const { runs } = await look(here, packed.path);
  expect(runs.map(({ id, standing, needed }) => [id, standing, needed])).toEqual([
    [TRUNK, 'new', true],
    [CONTROL, 'new', true],
    [RUN, 'new', false],
  ]);
  expect(await take(here, packed.path)).toEqual({
    added: [TRUNK, CONTROL, RUN],
    continued: [],
    known: [],
    kept: [],
    replaced: [],
    checkpoints: 9,
    notices: [],
  });
  const [one, other] = [everything(there.folder, ALL), everything(here.folder, ALL)];
  // Arms belong to the study: those of runs that stayed there are not brought.
  one['arms'] = one['arms']!.filter(({ arm }) => arm !== 'other').map((row) => ({ ...row, place: 0 }));
  other['arms'] = other['arms']!.map((row) => ({ ...row, place: 0 }));
  expect(other).toEqual(one);
  for (const table of [
    'epochs',
    'planes',
    'channel_tables',
    'excess',
    'excess_totals',
    'events',
    'predictions',
    'tags',
    'class_epochs',
    'checkpoints',
    'studies',
    'memberships',
  ])
    expect(other[table]!.length, table).toBeGreaterThan(0);
  expect((await here.excess(RUN)).length).toBe(6);
  // Again: nothing is written.
  const before = everything(here.folder, ALL);
  expect(await take(here, packed.path)).toMatchObject({
    added: [],
    known: [TRUNK, CONTROL, RUN],
    checkpoints: 0,
  });
  expect(everything(here.folder, ALL)).toEqual(before);
});

it('a closed workspace is read without leaving a trace, and so is one that is open', async () => {
  const there = await aWorkspace();
  const here = await openTest(temporaryFolder());
  expect((await take(here, there.folder, { where: 'arm = other' })).added).toEqual([OTHER]);
  await there.close();
  const before = filesOf(there.folder);
  expect(await take(here, there.folder)).toMatchObject({ added: [TRUNK, CONTROL, RUN], known: [OTHER] });
  expect(filesOf(there.folder)).toEqual(before);
  const ids = [...ALL, OTHER];
  const [one, other] = [everything(there.folder, ids), everything(here.folder, ids)];
  const placed = (rows: Record<string, unknown>[] = []) => rows.map(({ arm }) => arm).sort();
  expect(placed(other['arms'])).toEqual(placed(one['arms']));
  expect({ ...other, arms: [] }).toEqual({ ...one, arms: [] });
});

it('a run that was trained further elsewhere gets the epochs that it lacks', async () => {
  const [shorter, whole] = [await aWorkspace(3), await aWorkspace()];
  const { path } = await pack(whole, [RUN]);
  const { runs } = await look(shorter, path);
  expect(runs.map(({ standing }) => standing)).toEqual(['longer', 'longer', 'longer']);
  await shorter.setState(RUN, 'interrupted', 'It was cut short.');
  expect((await take(shorter, path)).continued).toEqual(ALL);
  const [one, other] = [everything(whole.folder, ALL), everything(shorter.folder, ALL)];
  for (const table of [
    'masks',
    'layer_epochs',
    'predictions',
    'channel_tables',
    'excess',
    'excess_totals',
    'checkpoints',
  ])
    expect(other[table], table).toEqual(one[table]);
  expect(await shorter.summary(RUN)).toMatchObject({ state: 'finished', reason: null, epochsDone: 5 });
  // And the shorter one tells the longer nothing.
  const back = await pack(await aWorkspace(3), [RUN]);
  expect((await take(whole, back.path)).known).toEqual(ALL);
});

it('of records that differ the first stay, unless the others are wanted, and then these are kept aside', async () => {
  const [here, there] = [await aWorkspace(), await openTest(temporaryFolder())];
  await there.addRun(newRun(CONTROL, { arm: 'control of arm', named: false }));
  await there.addRun(newRun(RUN, { control: CONTROL, study: 'elsewhere' }));
  for (const [salt, id] of [
    [1, CONTROL],
    [99, RUN],
  ] as const)
    for (let epoch = 0; epoch < 4; epoch++) await there.recordEpoch(id, recordOf(epoch, salt), null, []);
  const { path } = await pack(there, [RUN]);
  const before = everything(here.folder, ALL);
  await expect(take(here, path)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringMatching(
      new RegExp(
        `A run of .* differs .*${RUN}: after epoch 0, validation loss is 0\\.\\d+ here and 0\\.\\d+ there.*Nothing was imported`,
      ),
    ),
  });
  expect(everything(here.folder, ALL)).toEqual(before);
  const kept = await take(here, path, { differing: 'keep' });
  expect(kept).toMatchObject({ kept: [RUN], known: [CONTROL] });
  expect(everything(here.folder, ALL)['epochs']).toEqual(before['epochs']);
  // What asked for it elsewhere is known all the same.
  expect((await here.summary(RUN)).memberships.map(({ study }) => study)).toEqual(['elsewhere', 'study']);
  const replaced = await take(here, path, { differing: 'replace' });
  expect(replaced).toMatchObject({ replaced: [RUN], known: [CONTROL] });
  expect(await here.summary(RUN)).toMatchObject({
    epochsDone: 3,
    tags: ['<script>', 'paper'],
    control: CONTROL,
  });
  const [own, theirs] = [everything(here.folder, [RUN]), everything(there.folder, [RUN])];
  for (const table of ['masks', 'epochs', 'excess', 'excess_totals'])
    expect(own[table], table).toEqual(theirs[table]);
  const aside = /kept in (.*)\.$/.exec(replaced.notices.join(' '))![1]!;
  const other = await openTest(temporaryFolder());
  await take(other, aside);
  expect(everything(other.folder, [RUN])['masks']).toEqual(before['masks']!.filter(({ id }) => id === RUN));
});

it('over a control that stays as it is here the excess is counted anew', async () => {
  const there = await aWorkspace();
  const here = await openTest(temporaryFolder());
  await here.addRun(newRun(CONTROL));
  for (let epoch = 0; epoch < 6; epoch++) await here.recordEpoch(CONTROL, recordOf(epoch, 42), null, []);
  await take(here, there.folder, { differing: 'keep' });
  const [one, other] = [await there.excess(RUN), await here.excess(RUN)];
  expect(other.length).toBe(6);
  expect(other).not.toEqual(one);
  const alone = await openTest(temporaryFolder());
  await alone.addRun(newRun(CONTROL));
  await alone.addRun(newRun(RUN, { control: CONTROL }));
  for (let epoch = 0; epoch < 6; epoch++) await alone.recordEpoch(CONTROL, recordOf(epoch, 42), null, []);
  for (let epoch = 0; epoch < 6; epoch++) await alone.recordEpoch(RUN, recordOf(epoch, 3), null, []);
  expect(other).toEqual(await alone.excess(RUN));
});

it('without checkpoints and trunks a run is small and still beside its control; weights can come later', async () => {
  const there = await aWorkspace();
  const packed = await pack(there, [RUN], { checkpoints: false, trunks: false });
  expect(packed).toMatchObject({ needed: [CONTROL], checkpoints: 0 });
  const here = await openTest(temporaryFolder());
  await take(here, packed.path);
  expect(await here.summary(RUN)).toMatchObject({ control: CONTROL, trunk: null, state: 'finished' });
  expect(await here.checkpointEpochs(RUN)).toEqual([]);
  const whole = await pack(there, [RUN]);
  expect(await take(here, whole.path)).toMatchObject({
    added: [TRUNK],
    known: [CONTROL, RUN],
    checkpoints: 9,
  });
  expect(await here.isIntact(RUN, 4)).toBe(true);
  expect((await here.summary(RUN)).trunk).toEqual({ id: TRUNK, epoch: 0 });
});

it('a run that trains there is interrupted here', async () => {
  const there = await aWorkspace();
  await there.setState(OTHER, 'running', null);
  const here = await openTest(temporaryFolder());
  await take(here, there.folder, { where: 'arm = other' });
  expect(await here.summary(OTHER)).toMatchObject({ state: 'interrupted', epochsDone: 5 });
  expect((await here.getRun(OTHER)).events.at(-1)).toMatchObject({ kind: 'interrupted' });
});
