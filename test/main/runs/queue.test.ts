import { describe, expect, it, vi } from 'vitest';
import {
  allEnded,
  openStation,
  pruningAt,
  recordedEpochs,
  smallImages,
  statesOf,
  studyText,
  type Station,
} from './fixtures.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Ids in the order in which they began to train. */
function started(station: Station): string[] {
  return station.events.flatMap((event) =>
    event.type === 'log' && event.event.kind === 'started' ? [event.id] : [],
  );
}

/** The most runs that were training or paused at any moment. */
function mostAtOnce(station: Station): number {
  const active = new Set<string>();
  let most = 0;
  for (const event of station.events)
    if (event.type === 'run') {
      if (event.run.state === 'running' || event.run.state === 'paused') active.add(event.run.id);
      else active.delete(event.run.id);
      most = Math.max(most, active.size);
    }
  return most;
}

describe('the queue', () => {
  it('trains one run after another, each control before what it controls', async () => {
    const station = await openStation();
    const text = studyText({
      images: smallImages(),
      seeds: [3, 1],
      shared: { epochs: 2 },
      arms: [{ name: 'pruned', pruning: pruningAt(1) }],
    });
    const runs = await station.start(text);
    expect(runs).toHaveLength(4);
    const summaries = await allEnded(station, runs);
    expect(summaries.map(({ state }) => state)).toEqual(Array(4).fill('finished'));
    expect(summaries.map(({ seed, prunes }) => [seed, prunes])).toEqual([
      [3, false],
      [3, true],
      [1, false],
      [1, true],
    ]);
    expect(started(station)).toEqual(runs);
    expect(mostAtOnce(station)).toBe(1);
    for (const id of runs) {
      // The first begins so soon that the windows may never hear of its waiting.
      const states = statesOf(station, id).slice(id === runs[0] ? -2 : 0);
      expect(states).toEqual([...(id === runs[0] ? [] : ['queued']), 'running', 'finished']);
      expect(recordedEpochs(station, id)).toEqual([0, 1, 2]);
      const { events } = await station.services.getRun(id);
      const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'pruned' && kind !== 'branched');
      expect(kinds).toEqual(['queued', 'started', 'finished']);
    }
    // Only the second of a pair can be compared to the first.
    for (const [index, id] of runs.entries())
      expect(await station.services.excess(id)).toHaveLength(index % 2 === 1 ? 3 : 0);
  });

  it('trains as many at once as wanted, also when that changes', async () => {
    const station = await openStation({ concurrency: 2 });
    const runs = await station.start(
      studyText({ images: smallImages(), seeds: [0, 1, 2, 3, 4], arms: [{ name: 'control' }] }),
    );
    await station.until(
      (event) => event.type === 'epoch' && event.id === runs[0] && event.epoch.epoch === 1,
      'the first run has trained',
    );
    expect(started(station)).toEqual(runs.slice(0, 2));
    station.services.setConcurrency(3);
    expect(station.services.status().concurrency).toBe(3);
    await station.until((event) => event.type === 'run' && event.run.id === runs[2], 'the third run is told');
    await allEnded(station, runs.slice(0, 3));
    station.services.setConcurrency(1);
    await allEnded(station, runs);
    expect(started(station)).toEqual(runs);
    expect(mostAtOnce(station)).toBe(3);
  });

  it('leaves a run that is queued, training or finished as it is when it is asked for again', async () => {
    const station = await openStation();
    const text = studyText({ images: smallImages(), seeds: [0, 1], arms: [{ name: 'control' }] });
    // Twice at once, as by a double click, and once more while the first trains.
    const [runs, again] = await Promise.all([station.start(text), station.start(text)]);
    expect(again).toEqual(runs);
    await station.until((event) => event.type === 'epoch', 'an epoch is recorded');
    expect(await station.start(text)).toEqual(runs);
    await allEnded(station, runs);
    const heard = station.events.length;
    expect(await station.start(text)).toEqual(runs);
    // A finished study is there at once: nothing trains, nothing is logged.
    expect(station.events.slice(heard)).toEqual([]);
    for (const id of runs) {
      const { summary, events } = await station.services.getRun(id);
      expect(summary.state).toBe('finished');
      expect(events.map(({ kind }) => kind)).toEqual(['queued', 'started', 'finished']);
      await expect(station.services.resume(id)).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(station.services.stop(id)).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(station.services.pause(id)).rejects.toMatchObject({ code: 'CONFLICT' });
    }
  });

  it('lets a waiting run be stopped, and queues it again at the end', async () => {
    const station = await openStation();
    const runs = await station.start(
      studyText({ images: smallImages(), seeds: [0, 1, 2], arms: [{ name: 'control' }] }),
    );
    await expect(station.services.pause(runs[1]!)).rejects.toMatchObject({ code: 'CONFLICT' });
    await station.services.stop(runs[1]!);
    expect((await station.services.getRun(runs[1]!)).summary.state).toBe('stopped');
    await station.services.resume(runs[1]!);
    await allEnded(station, runs);
    expect(started(station)).toEqual([runs[0], runs[2], runs[1]]);
    expect(statesOf(station, runs[1]!)).toEqual(['queued', 'stopped', 'queued', 'running', 'finished']);
  });

  it('brings a run forward with what it needs, never before it', async () => {
    const station = await openStation();
    const runs = await station.start(
      studyText({
        images: smallImages(),
        seeds: [0, 1, 2],
        arms: [{ name: 'pruned', pruning: pruningAt(1) }],
      }),
    );
    const [control, pruned] = runs.slice(4) as [string, string];
    expect(await station.services.setPriority(pruned, 5)).toEqual([control]);
    for (const id of [control, pruned])
      expect((await station.services.getRun(id)).summary.priority, id).toBe(5);
    await allEnded(station, runs);
    expect(started(station)).toEqual([runs[0], control, pruned, ...runs.slice(1, 4)]);
  });

  it('refuses to delete what is queued, training, or another run’s control', async () => {
    const station = await openStation();
    const text = studyText({
      images: smallImages(),
      arms: [{ name: 'pruned', pruning: pruningAt(1) }],
    });
    const [control, pruned] = (await station.start(text)) as [string, string];
    await station.until((event) => event.type === 'epoch' && event.id === control, 'an epoch is recorded');
    for (const id of [control, pruned])
      await expect(station.services.remove(id)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('stop it first'),
      });
    await allEnded(station, [control, pruned]);
    await expect(station.services.remove(control)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(pruned),
    });
    await station.services.remove(pruned);
    await station.services.remove(control);
    expect(await station.services.listRuns()).toEqual([]);
    await expect(station.services.resume(control)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    // What was deleted can be asked for anew.
    expect(await station.start(text)).toEqual([control, pruned]);
    const states = (await allEnded(station, [control, pruned])).map(({ state }) => state);
    expect(states).toEqual(['finished', 'finished']);
  });
});
