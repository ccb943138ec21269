import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLocalClient } from '../../main/api/router.ts';
import {
  allEnded,
  openStation,
  pruningAt,
  smallImages,
  statesOf,
  studyText,
  temporaryFolder,
} from './runs/fixtures.ts';
import { StallMeter } from './runs/stalls.ts';
import { contention } from '../contention.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Milliseconds within which the main thread answers, whatever trains. */
const PROMPT = 50;

/** Uses up so much of this thread's processor time. */
function burn(milliseconds: number): void {
  const { user } = process.threadCpuUsage();
  while (process.threadCpuUsage().user - user < milliseconds * 1000);
}

describe('the main thread', () => {
  it('answers at once while studies are read, two runs train and windows ask', async () => {
    const station = await openStation({ concurrency: 2 });
    const client = createLocalClient(station.services);
    const meter = new StallMeter();
    onTestFinished(() => meter.stop());
    // First that the meter sees what it is for.
    burn(80);
    await sleep(20);
    expect(meter.worst).toBeGreaterThan(PROMPT);

    const text = studyText({
      images: smallImages(),
      arms: [
        { name: 'fast', epochs: 60, pruning: pruningAt(2), control: false },
        { name: 'convolutions', model: 'depthwise-separable', pruning: pruningAt(2), control: false },
      ],
    });
    // Reading it takes far longer than the main thread may be away.
    const large = studyText({
      images: '/nowhere',
      seeds: [0, 1],
      arms: Array.from({ length: 60 }, (_, arm) => ({
        name: `${arm}`,
        pruning: pruningAt(1, (arm + 1) / 100),
      })),
    });
    // A window has been open for a while: what is needed once is there.
    await client.runs.list({});
    await client.studies.check({ text, fileName: 'test.yaml' });
    await sleep(20);
    meter.reset();

    const runs = await station.start(text);
    const ended = allEnded(station, runs);
    let going = true;
    void ended.finally(() => (going = false));
    const trips: number[] = [];
    for (let round = 0; going; round++) {
      const began = performance.now();
      await Promise.all([client.runs.list({}), ...runs.map((id) => client.runs.get({ id }))]);
      trips.push(performance.now() - began);
      if (round % 20 === 10)
        await Promise.all([
          client.studies.check({ text: large, fileName: 'large.yaml' }),
          ...runs.flatMap((id) => [client.runs.epochs({ id }), client.runs.excess({ id })]),
        ]);
      await sleep(20);
    }
    for (const { state } of await ended) expect(state).toBe('finished');
    for (const id of runs) await client.runs.weights({ id, epoch: 4 });
    expect(trips.length).toBeGreaterThan(20);
    expect(meter.worst, `turns of ${meter.long.join(', ')} ms`).toBeLessThan(PROMPT);
    const median = trips.sort((a, b) => a - b)[Math.floor(trips.length / 2)]!;
    expect(median / contention()).toBeLessThan(PROMPT);
  });
});

describe('a workstation', () => {
  it('tells of the first progress soon after it was opened, and closes in the midst of training', async () => {
    const folder = temporaryFolder();
    const began = performance.now();
    const station = await openStation({ folder });
    const text = studyText({
      images: smallImages(),
      seeds: [0, 1],
      shared: { epochs: 2000 },
      arms: [{ name: 'long' }],
    });
    const [training, waiting] = (await station.start(text)) as [string, string];
    await station.until((event) => event.type === 'progress', 'it has made progress');
    const progress = performance.now() - began;
    await station.until(
      (event) => event.type === 'epoch' && event.epoch.epoch === 3,
      'three epochs are done',
    );
    // Nothing is said before an epoch was seen at its pace.
    await station.until(
      (event) => event.type === 'progress' && event.id === training && event.progress.secondsLeft !== null,
      'the time left is known',
    );
    const { progress: told, state } = (await station.services.getRun(training)).summary;
    expect(state).toBe('running');
    expect(told).toMatchObject({ steps: 10, secondsLeft: expect.any(Number) });
    const closing = performance.now();
    await station.services.close();
    const closed = performance.now() - closing;
    // Some tenths of a second each where the machine is free.
    expect(progress / contention()).toBeLessThan(10_000);
    expect(closed / contention()).toBeLessThan(5_000);
    expect(statesOf(station, training).at(-1)).toBe('interrupted');

    const again = await openStation({ folder });
    const runs = new Map((await again.services.listRuns()).map((run) => [run.id, run]));
    expect(runs.get(training)).toMatchObject({ state: 'interrupted', reason: 'The workstation was closed.' });
    expect(runs.get(waiting)).toMatchObject({ state: 'interrupted', startedAt: null });
    // Nothing trains by itself after that.
    expect(again.services.status().problems).toEqual([]);
    await expect(again.services.stop(training)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('says how much of an epoch goes into measuring and logging', async () => {
    const station = await openStation();
    const [id] = (await station.start(
      studyText({
        images: smallImages(),
        shared: { dataset: { name: 'mnist', validation: 1000, train: 6000 }, epochs: 3 },
        arms: [{ name: 'control' }],
      }),
    )) as [string];
    const began = performance.now();
    await station.until((event) => event.type === 'epoch' && event.epoch.epoch === 1, 'an epoch is done');
    await station.services.pause(id);
    await station.until((event) => event.type === 'run' && event.run.state === 'paused', 'it is paused');
    const paused = performance.now();
    await sleep(3_000);
    const pause = performance.now() - paused;
    await station.services.resume(id);
    await allEnded(station, [id]);
    const wall = (performance.now() - began - pause) / 1000;
    const epochs = await station.services.epochs(id);
    const spent = epochs.map(
      ({ trainingSeconds, evaluationSeconds, measurementSeconds }) =>
        trainingSeconds + evaluationSeconds + measurementSeconds,
    );
    for (const { measurementSeconds, epoch } of epochs) {
      expect(measurementSeconds).toBeGreaterThan(0);
      if (epoch > 0) expect(measurementSeconds).toBeLessThan(spent[epoch]!);
    }
    // The three together are the run's time, but for getting ready and for pauses.
    expect(spent.reduce((sum, seconds) => sum + seconds, 0)).toBeLessThan(wall);
  });

  it.runIf(process.platform === 'linux')('gives the memory of its training threads back', async () => {
    const megabytes = (): number =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;
    const station = await openStation();
    const images = smallImages();
    const after: number[] = [];
    for (let seed = 0; seed < 5; seed++) {
      const runs = await station.start(
        studyText({ images, seeds: [seed], shared: { epochs: 2 }, arms: [{ name: 'control' }] }),
      );
      await allEnded(station, runs);
      await sleep(50);
      after.push(megabytes());
    }
    // The first loads TensorFlow itself; what the later ones add must not pile up.
    expect(after[4]! - after[1]!, after.join(', ')).toBeLessThan(120);
  });
});
