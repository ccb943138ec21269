import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { ThreadStart } from '../../../main/runs/trainer-thread.ts';
import {
  allEnded,
  bitsOf,
  openStation,
  pruningAt,
  recordedEpochs,
  smallImages,
  studyText,
  writeImages,
} from '../../main/runs/fixtures.ts';
import { openManager } from './manager.ts';
import { SEEDS } from './misbehaving-thread-seeds.ts';

vi.setConfig({ testTimeout: 120_000 });

describe('a run that goes wrong', () => {
  it('for its loss is marked as failed with the reason, and the next one trains', async () => {
    const station = await openStation();
    const runs = await station.start(
      studyText({
        images: smallImages(),
        arms: [
          { name: 'wild', learningRate: { name: 'constant', rate: 100 } },
          { name: 'calm', pruning: pruningAt(1), control: false },
        ],
      }),
    );
    const [wild, calm] = await allEnded(station, runs);
    expect(wild).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/not a finite number in epoch \d+.*diverged; lower the learning rate/),
    });
    expect(calm!.state).toBe('finished');
    const { events } = await station.services.getRun(runs[0]!);
    expect(events.at(-1)).toMatchObject({ kind: 'failed', message: wild!.reason });
    // It fails again where it failed, and says so again; nothing else becomes of it.
    await station.services.resume(runs[0]!);
    expect((await allEnded(station, runs))[0]).toMatchObject({ state: 'failed', reason: wild!.reason });
    expect(station.services.status().problems).toEqual([]);
  });

  it('for its data names the file, and goes on once that is right', async () => {
    const images = smallImages();
    const file = join(images, 'train-images-idx3-ubyte');
    const whole = readFileSync(file);
    const station = await openStation();
    const text = studyText({ images, arms: [{ name: 'control' }] });
    // What is plainly wrong is told when the study is read; what goes wrong later, by the run.
    truncateSync(file, 1000);
    await expect(station.start(text)).rejects.toThrow(`${file}: is truncated`);
    writeFileSync(file, whole);
    const labels = join(images, 'train-labels-idx1-ubyte');
    const intact = readFileSync(labels);
    writeFileSync(labels, Buffer.concat([intact.subarray(0, 8), Buffer.alloc(intact.length - 8, 99)]));
    const [id] = (await station.start(text)) as [string];
    expect((await allEnded(station, [id]))[0]).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining(`${labels}: label 0 is 99`),
    });
    writeFileSync(labels, intact);
    // Asking for the study again is enough.
    expect(await station.start(text)).toEqual([id]);
    expect((await allEnded(station, [id]))[0]).toMatchObject({ state: 'finished', reason: null });
  });

  it('because its data changed since it began says so, and goes on with the old data', async () => {
    const images = smallImages();
    const station = await openStation();
    const text = studyText({ images, shared: { epochs: 12 }, arms: [{ name: 'control' }] });
    const [id] = (await station.start(text)) as [string];
    await station.until((event) => event.type === 'epoch' && event.epoch.epoch === 2, 'two epochs are done');
    await station.services.stop(id);
    const before = recordedEpochs(station, id);

    writeImages(images, 600, 200, 1);
    await station.services.resume(id);
    expect((await allEnded(station, [id]))[0]).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('The data differ from those that this run'),
    });
    expect(recordedEpochs(station, id)).toEqual(before);

    writeImages(images);
    await station.services.resume(id);
    expect((await allEnded(station, [id]))[0]!.state).toBe('finished');
    const fresh = await openStation();
    expect(await fresh.start(text)).toEqual([id]);
    await allEnded(fresh, [id]);
    expect(await bitsOf(station, id)).toEqual(await bitsOf(fresh, id));
  });
});

const MISBEHAVING: ThreadStart = {
  url: new URL('misbehaving-thread.ts', import.meta.url),
  patience: 700,
};

describe('a training thread that dies', () => {
  it('takes only its own run with it, whatever it dies of', async () => {
    const { throws, exits, swells, well } = SEEDS;
    const { ids, until, workspace, manager, reclaimed } = await openManager({
      seeds: [throws, exits, swells, well, 9],
      concurrency: 2,
      thread: { ...MISBEHAVING, resourceLimits: { maxOldGenerationSizeMb: 192 } },
    });
    for (const id of ids) await manager.enqueue(id);
    await until(/^(finished|failed|stopped|interrupted)$/);
    const summaries = await Promise.all(ids.map((id) => workspace.summary(id)));
    expect(summaries.map(({ state }) => state)).toEqual([
      'failed',
      'failed',
      'failed',
      'finished',
      'finished',
    ]);
    const [thrown, exited, swollen] = summaries;
    expect(thrown!.reason).toContain('The training thread crashed: weights.flat is not a function');
    expect(exited!.reason).toContain('ended by itself (code 7)');
    expect(swollen!.reason).toContain('ran out of memory');
    // What they had recorded is kept.
    for (const { epochsDone } of [exited!, swollen!]) expect(epochsDone).toBe(2);
    // Of the engine of the one that was killed for its memory, another thread has to free what it owned.
    expect(reclaimed).toHaveLength(1);
    expect(reclaimed[0]).toBeGreaterThan(10);
    expect(manager.problems).toEqual([]);
  });

  it('that does not listen is ended, and its run is what was asked for', async () => {
    const { ids, until, workspace, manager, reclaimed, stateOf } = await openManager({
      seeds: [SEEDS.deaf, SEEDS.well],
      thread: MISBEHAVING,
    });
    const [deaf, well] = ids as [string, string];
    await manager.enqueue(deaf);
    await manager.enqueue(well);
    await vi.waitFor(async () => expect((await workspace.epochs(deaf)).length).toBe(3), { timeout: 60_000 });
    const began = performance.now();
    await manager.stop(deaf);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(await stateOf(deaf)).toBe('stopped');
    expect(reclaimed).toHaveLength(1);
    await until(/^finished$/, [well]);
    // Its last checkpoint is as good as any.
    expect((await workspace.lastCheckpoint(deaf))!.epoch).toBe(2);
  });
});
