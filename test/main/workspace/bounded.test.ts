import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { CONTROL, RUN, writeLongRun } from '../../../bench/scale-workspaces.ts';
import { decodeChannelFrame } from '../../../common/codec/channel-frames.ts';
import { decodeRows } from '../../../common/codec/rows.ts';
import type { ClassEpoch, EpochSummary, ExcessEpoch } from '../../../common/contract/schemas.ts';
import { DEFAULT_THRESHOLDS, thresholdLabel } from '../../../common/thresholds.ts';
import type { Workspace } from '../../../main/workspace/workspace.ts';
import { openTest, temporaryFolder } from './fixtures.ts';

/** No answer grows with the epochs of a run, and whoever asks on has them all. */

const LONG = 5_200;
const LONGER = 8_000;

/** A run of so many epochs, each with a checkpoint whose file is gone, and with an event. */
async function longRun(epochs: number): Promise<Workspace> {
  const folder = temporaryFolder();
  await writeLongRun(folder, epochs);
  const database = new Database(join(folder, 'workspace.sqlite'));
  database.exec(`
    insert into checkpoints (run, epoch, file, size, sha256)
      select run, epoch, 'epoch-' || epoch || '.safetensors', 100, 'none' from epochs;
    insert into events (run, time, kind, epoch, message, data)
      select run, epoch, 'paused', epoch, 'Paused in epoch ' || epoch || '.', '{}' from epochs order by epoch`);
  database.close();
  return openTest(folder);
}

const jsonLength = (value: unknown): number => JSON.stringify(value).length;

const ANSWERS: Record<string, (workspace: Workspace) => Promise<number>> = {
  'the epochs of a chart': async (workspace) =>
    (await workspace.epochFrame(RUN, { most: 2_000, layer: 'dense-1' })).length,
  'all epochs': async (workspace) => (await workspace.epochFrame(RUN, {})).length,
  'the excess of a chart': async (workspace) =>
    (await workspace.excessFrame(RUN, 'dense', { most: 2_000, layer: 'dense-1' })).length,
  'all excess': async (workspace) => (await workspace.excessFrame(RUN, 'dense', {})).length,
  'all classes': async (workspace) => (await workspace.classFrame(RUN, {})).length,
  'all channel tables': async (workspace) =>
    (await workspace.channelFrame(RUN, { from: 0, to: 1_000_000 })).length,
  'blocked channels': async (workspace) => (await workspace.blockedFrame(RUN, 0, 1_000_000)).length,
  tracks: async (workspace) =>
    (
      await workspace.trackFrame(RUN, {
        from: 0,
        to: 1_000_000,
        every: 1,
        threshold: thresholdLabel(DEFAULT_THRESHOLDS[0]!),
      })
    ).length,
  'a run': async (workspace) => jsonLength(await workspace.getRun(RUN)),
  'all events': async (workspace) => jsonLength(await workspace.events(RUN)),
  'missing checkpoints': async (workspace) => jsonLength(await workspace.missingCheckpoints(RUN)),
  'the list of runs': async (workspace) => (await workspace.runList()).length,
};

it('answers are as large for a run of half as many epochs again, and the next ones hold the rest', async () => {
  const [long, longer] = await Promise.all([longRun(LONG), longRun(LONGER)]);
  for (const [what, sizeOf] of Object.entries(ANSWERS)) {
    const [size, other] = [await sizeOf(long), await sizeOf(longer)];
    expect(other, what).toBeLessThan(1.2 * size + 50);
    expect(other, what).toBeLessThan(20_000_000);
  }
  await askOn(long);
});

/** Asks again after each answer, until every epoch and event is there once. */
async function askOn(workspace: Workspace): Promise<void> {
  const all = Array.from({ length: LONG }, (_, epoch) => epoch);
  const following = async (ask: (from: number) => Promise<{ epochs: number[]; next: number | null }>) => {
    const found: number[] = [];
    let answers = 0;
    for (let from: number | null = 0; from !== null; answers++) {
      const answer = await ask(from);
      found.push(...answer.epochs);
      from = answer.next;
    }
    expect(answers).toBeGreaterThan(1);
    expect(found).toEqual(all);
  };
  const rowsOf = <T extends { epoch: number }>(frame: Uint8Array<ArrayBuffer>) => {
    const { rows, next, stored } = decodeRows<T>(frame);
    expect(stored).toBe(LONG);
    return { epochs: rows.map(({ epoch }) => epoch), next };
  };
  await following(async (from) => rowsOf<EpochSummary>(await workspace.epochFrame(RUN, { from })));
  await following(async (from) => rowsOf<ExcessEpoch>(await workspace.excessFrame(RUN, 'dense', { from })));
  await following(async (from) => rowsOf<ClassEpoch>(await workspace.classFrame(RUN, { from })));
  await following(async (from) => {
    const { epochs, next } = decodeChannelFrame(await workspace.channelFrame(CONTROL, { from, to: LONG }));
    return { epochs: [...epochs.keys()], next };
  });
  const told: (number | null)[] = [];
  for (let before = Infinity; before > 0;) {
    const page = await workspace.events(RUN, before);
    told.unshift(...page.events.map(({ epoch }) => epoch));
    before = page.eventsBefore;
  }
  expect(told.filter((epoch) => epoch !== null)).toEqual(all);
  // More of them than one answer holds whole are told in spans, however many records are wanted.
  expect(decodeRows(await workspace.epochFrame(RUN, { most: 10_000 }))).toMatchObject({
    span: 2,
    next: null,
  });
}
