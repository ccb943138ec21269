import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import {
  allEnded,
  bitsOf,
  openStation,
  pruningAt,
  quiet,
  recordedEpochs,
  smallImages,
  studyText,
} from '../../main/runs/fixtures.ts';
import { canMount, smallDisk } from '../workspace/disks.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Fills a disk, but for so many kilobytes. */
function fill(folder: string, leave: number): string {
  const { bavail, bsize } = statfsSync(folder);
  const ballast = join(folder, 'ballast');
  try {
    writeFileSync(ballast, new Uint8Array(Math.max(0, bavail * bsize - leave * 1024)));
  } catch (error) {
    // The workspace was faster: then the disk is as full as it gets.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
  return ballast;
}

const FULL = /is full. Nothing saved was lost: free some space/;

describe.runIf(canMount())('a disk that fills up', () => {
  it('pauses the run with the reason, which goes on with nothing lost once there is room', async () => {
    const disk = smallDisk(64_000);
    const folder = join(disk, 'workspace');
    const station = await openStation({ folder });
    const { services } = station;
    const text = studyText({
      images: smallImages(),
      shared: { epochs: 12 },
      arms: [{ name: 'pruned', control: false, pruning: pruningAt(5) }],
    });
    const [id] = (await station.start(text)) as [string];
    await station.until((event) => event.type === 'epoch' && event.epoch.epoch === 2, 'two epochs are done');
    const ballast = fill(disk, 0);

    await station.until(
      (event) => event.type === 'run' && event.run.state === 'paused' && FULL.test(event.run.reason ?? ''),
      'the run is paused for the disk',
    );
    await station.until(
      (event) => event.type === 'status' && event.status.problems.some((problem) => FULL.test(problem)),
      'the windows are told',
    );
    expect(services.status().problems).toEqual([expect.stringMatching(FULL)]);
    // It trains no further meanwhile, and its state is told right by everybody who asks.
    await quiet(station);
    const saved = recordedEpochs(station, id).length;
    expect(saved).toBeLessThan(13);
    expect(await services.epochs(id)).toHaveLength(saved);
    for (const summary of [(await services.getRun(id)).summary, (await services.listRuns())[0]!])
      expect(summary).toMatchObject({ state: 'paused', reason: expect.stringMatching(FULL) });

    // Still full: it says so to the one who asks, and stays as it is.
    await expect(services.resume(id)).rejects.toMatchObject({ code: 'WORKSPACE_FULL' });
    expect((await services.getRun(id)).summary.state).toBe('paused');

    rmSync(ballast);
    await services.resume(id);
    expect((await allEnded(station, [id]))[0]).toMatchObject({ state: 'finished', reason: null });
    expect(recordedEpochs(station, id)).toEqual(Array.from({ length: 13 }, (_, epoch) => epoch));
    expect(services.status().problems).toEqual([]);
    const { events } = await services.getRun(id);
    expect(events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['queued', 'started', 'paused', 'resumed', 'pruned', 'finished']),
    );

    const fresh = await openStation();
    await fresh.start(text);
    await allEnded(fresh, [id]);
    expect(await bitsOf(station, id)).toEqual(await bitsOf(fresh, id));
  });

  it('lets a held run be stopped, keeps the queue and closes; all goes on after it is opened again', async () => {
    const disk = smallDisk(64_000);
    const folder = join(disk, 'workspace');
    const station = await openStation({ folder });
    const { services } = station;
    const text = studyText({ images: smallImages(), seeds: [0, 1], arms: [{ name: 'control' }] });
    const [held, waiting] = (await station.start(text)) as [string, string];
    await station.until((event) => event.type === 'epoch' && event.epoch.epoch === 1, 'an epoch is done');
    const ballast = fill(disk, 0);
    await station.until((event) => event.type === 'run' && event.run.state === 'paused', 'it is paused');
    await services.stop(held);
    expect((await services.getRun(held)).summary.state).toBe('stopped');
    // The next one begins all the same, and is held up at its first record.
    await station.until(
      (event) => event.type === 'run' && event.run.id === waiting && event.run.state === 'paused',
      'the next one is paused',
    );
    await services.close();
    rmSync(ballast);
    const again = await openStation({ folder });
    for (const id of [held, waiting]) {
      expect((await again.services.getRun(id)).summary.state).toMatch(/^(interrupted|stopped)$/);
      await again.services.resume(id);
    }
    for (const { state } of await allEnded(again, [held, waiting])) expect(state).toBe('finished');
  });
});
