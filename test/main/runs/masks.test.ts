import { describe, expect, it, vi } from 'vitest';
import { decodeNpz } from '../../../main/codec/npz-read.ts';
import {
  allEnded,
  bitsOf,
  openStation,
  pruningAt,
  smallImages,
  studyText,
  type Station,
} from './fixtures.ts';

vi.setConfig({ testTimeout: 120_000 });

const shared = { pruning: pruningAt(2, 0.6) };

/** An arm that is pruned at initialisation, with the masks that `of` tells. */
function taking(name: string, of: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const pruning = {
    criterion: { name: 'given-masks', ...of },
    schedule: { name: 'one-shot', epoch: 0 },
    ...more,
  };
  return { name, control: false, pruning };
}
const FIND = { name: 'find', control: false, pruning: { criterion: 'magnitude' } };

/** The runs of a study by arm and seed. */
async function runsByArm(station: Station, runs: readonly string[]): Promise<Map<string, string>> {
  const details = await Promise.all(runs.map((id) => station.services.getRun(id)));
  return new Map(
    details.flatMap(({ summary: { id, seed, memberships } }) =>
      memberships.map(({ arm }): [string, string] => [`${arm} ${seed}`, id]),
    ),
  );
}

/** Which weights are pruned after an epoch, by layer. */
async function prunedOf({ services }: Station, id: string, epoch: number): Promise<Map<string, Uint8Array>> {
  const arrays = decodeNpz(await services.masks(id, epoch, '1e-4'));
  return new Map(
    arrays.flatMap(({ name, values }) => (name.endsWith('.pruned') ? [[name, values as Uint8Array]] : [])),
  );
}

const count = (bits: Uint8Array): number => bits.reduce((sum, bit) => sum + bit, 0);

async function finished(station: Station, runs: readonly string[]): Promise<void> {
  const ended = await allEnded(station, runs);
  expect(ended.map(({ state, reason }) => reason ?? state)).toEqual(runs.map(() => 'finished'));
}

/** Events of a kind that a run has logged. */
async function logged({ services }: Station, id: string, kind: string) {
  return (await services.getRun(id)).events.filter((event) => event.kind === kind);
}

describe('masks of another arm', () => {
  it('are put in force as they are, or shuffled, in the run of the same seed, once they are there', async () => {
    const station = await openStation({ concurrency: 2 });
    const arms = [
      taking('ticket', { arm: 'find' }),
      taking('shuffled', { arm: 'find' }, { shuffle: true }),
      // Whole channels come only near to the sparsity: it is their masks that count.
      taking('channels', { arm: 'thin', epoch: 2 }, { sparsity: 0.31 }),
      FIND,
      {
        name: 'thin',
        control: false,
        pruning: { granularity: 'channel', criterion: 'magnitude', sparsity: 0.31 },
      },
    ];
    const runs = await station.start(studyText({ images: smallImages(), shared, arms, seeds: [0, 1] }));
    await finished(station, runs);
    const ids = await runsByArm(station, runs);
    for (const seed of [0, 1]) {
      const find = ids.get(`find ${seed}`)!;
      const ticket = ids.get(`ticket ${seed}`)!;
      const theirs = await prunedOf(station, find, 4);
      for (const epoch of [0, 4]) expect(await prunedOf(station, ticket, epoch)).toEqual(theirs);
      expect(await prunedOf(station, ids.get(`channels ${seed}`)!, 4)).toEqual(
        await prunedOf(station, ids.get(`thin ${seed}`)!, 2),
      );
      const shuffled = await prunedOf(station, ids.get(`shuffled ${seed}`)!, 4);
      for (const [layer, bits] of shuffled) {
        expect(count(bits)).toBe(count(theirs.get(layer)!));
        expect(bits).not.toEqual(theirs.get(layer));
      }
      const { summary, specification } = await station.services.getRun(ticket);
      expect(summary.masks).toEqual({ id: find, epoch: 4 });
      expect(specification.pruning!.criterion).toMatchObject({
        run: find.split('-')[0],
        arm: null,
        epoch: 4,
      });
    }
    // Another seed's network has other masks.
    expect(await prunedOf(station, ids.get('find 0')!, 4)).not.toEqual(
      await prunedOf(station, ids.get('find 1')!, 4),
    );
  });

  it('are waited for, no longer than to their epoch', async () => {
    const station = await openStation({ concurrency: 2 });
    const arms = [taking('ticket', { arm: 'find', epoch: 2 }), { ...FIND, epochs: 12 }];
    const runs = await station.start(studyText({ images: smallImages(), shared, arms }));
    const [find, ticket] = runs as [string, string];
    expect((await station.services.getRun(ticket)).summary).toMatchObject({
      state: 'queued',
      reason: `It begins once the run ${find} has epoch 2, whose masks it takes.`,
    });
    await finished(station, runs);
    const epochAt = (epoch: number): number =>
      station.events.findIndex(
        (event) => event.type === 'epoch' && event.id === find && event.epoch.epoch === epoch,
      );
    const start = station.events.findIndex(
      (event) => event.type === 'log' && event.id === ticket && event.event.kind === 'started',
    );
    expect(start).toBeGreaterThan(epochAt(2));
    expect(start).toBeLessThan(epochAt(12));
    expect(await prunedOf(station, ticket, 4)).toEqual(await prunedOf(station, find, 2));
  });
});

describe('a run that takes masks', () => {
  it('fails in words where the other run has ended before, and comes to the same bits afterwards', async () => {
    const images = smallImages();
    const arms = [taking('ticket', { arm: 'find' }), { ...FIND, epochs: 30 }];
    const text = studyText({ images, shared, arms });
    const station = await openStation();
    const [find, ticket] = (await station.start(text)) as [string, string];
    await station.until(
      (event) => event.type === 'epoch' && event.id === find && event.epoch.epoch === 1,
      'an epoch is there',
    );
    await station.services.stop(find);
    const [, failed] = await allEnded(station, [find, ticket]);
    expect(failed!.state).toBe('failed');
    expect(failed!.reason).toMatch(
      new RegExp(
        `takes the masks of the run ${find} after epoch 30, which is stopped after epoch \\d+ of 30: resume that run`,
      ),
    );
    await station.services.resume(find);
    await station.services.resume(ticket);
    await finished(station, [find, ticket]);

    const whole = await openStation();
    await finished(whole, await whole.start(text));
    expect(await bitsOf(station, ticket)).toEqual(await bitsOf(whole, ticket));
  });

  it('needs the other run until it is pruned, and not after', async () => {
    const images = smallImages();
    const station = await openStation();
    const arms = [taking('ticket', { arm: 'find' }, { schedule: { name: 'one-shot', epoch: 2 } }), FIND];
    const long = arms.map((arm) => (arm.name === 'ticket' ? { ...arm, epochs: 40 } : arm));
    const text = studyText({ images, shared, arms: long });
    const [find, ticket] = (await station.start(text)) as [string, string];
    const recorded = (epoch: number) =>
      station.until(
        (event) => event.type === 'epoch' && event.id === ticket && event.epoch.epoch === epoch,
        `epoch ${epoch} is there`,
      );
    await recorded(1);
    await station.services.pause(ticket);
    await station.until(
      (event) => event.type === 'run' && event.run.id === ticket && event.run.state === 'paused',
      'it is paused',
    );
    // In force or not: the thread was handed them when it began.
    await station.services.remove(find);
    await station.services.resume(ticket);
    await recorded(3);
    await station.services.stop(ticket);
    await station.services.resume(ticket);
    await finished(station, [ticket]);
    expect(await logged(station, ticket, 'pruned')).toHaveLength(1);

    await station.services.remove(ticket);
    await station.start(text);
    await station.services.stop(ticket);
    await finished(station, [find]);
    await station.services.remove(find);
    await station.services.resume(ticket);
    const [failed] = await allEnded(station, [ticket]);
    expect(failed!.reason).toContain(
      `the run ${find} after epoch 4, which is not in this workspace any more`,
    );
  });
});

it('masks of a run of the workspace are taken by its id, its beginning, or its hash', async () => {
  const images = smallImages();
  const station = await openStation();
  const found = await station.start(studyText({ images, shared, arms: [FIND], seeds: [0, 1] }));
  await finished(station, found);
  const [hash] = found[0]!.split('-') as [string];
  const start = (run: string, seeds: number[]) =>
    station.start(studyText({ images, shared, arms: [taking('ticket', { run })], seeds, name: 'second' }));

  const byId = await start(`${hash}-s1`, [0, 5]);
  await finished(station, byId);
  const theirs = await prunedOf(station, found[1]!, 4);
  for (const id of byId) expect(await prunedOf(station, id, 4)).toEqual(theirs);
  const sameSeed = await start(hash, [0, 1]);
  await finished(station, sameSeed);
  for (const [index, id] of sameSeed.entries())
    expect(await prunedOf(station, id, 4)).toEqual(await prunedOf(station, found[index]!, 4));
  // An arm of the same settings is the same run as one named by its hash.
  const arms = [FIND, taking('ticket', { arm: 'find' })];
  expect(await station.start(studyText({ images, shared, arms, seeds: [0, 1], name: 'third' }))).toEqual([
    found[0],
    sameSeed[0],
    found[1],
    sameSeed[1],
  ]);
  await expect(start(hash.slice(0, 6), [0])).rejects.toThrow(/2 runs begin with/);
  await expect(start(hash, [5])).rejects.toThrow(`there is no run ${hash}-s5 in this workspace`);
  await expect(start('ffff', [0])).rejects.toThrow('there is no run ffff in this workspace');
});
