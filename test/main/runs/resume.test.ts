import { describe, expect, it, vi } from 'vitest';
import {
  allEnded,
  bitsOf,
  openStation,
  pruningAt,
  quiet,
  recordedEpochs,
  smallImages,
  statesOf,
  studyText,
  type Station,
} from './fixtures.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Waits until the run has recorded an epoch. */
function recorded(station: Station, id: string, epoch: number): Promise<unknown> {
  return station.until(
    (event) => event.type === 'epoch' && event.id === id && event.epoch.epoch === epoch,
    `${id} has recorded epoch ${epoch}`,
  );
}

function stateTold(station: Station, id: string, state: string, after = 0): Promise<unknown> {
  return station.until(
    (event) =>
      event.type === 'run' &&
      event.run.id === id &&
      event.run.state === state &&
      station.events.indexOf(event) >= after,
    `${id} is ${state}`,
  );
}

/** Two networks by two optimizers; pruned on the way, so that masks and momentum of pruned weights matter. */
const EPOCHS = 16;
const CASES = [
  { model: 'lenet-300-100', optimizer: { name: 'sgd', weightDecay: 1e-3 }, rate: 0.05 },
  { model: 'depthwise-separable', optimizer: { name: 'adam', weightDecay: 1e-3 }, rate: 0.002 },
];

describe.each(CASES)('$model by $optimizer.name', ({ model, optimizer, rate }) => {
  it('comes to the same bits paused, stopped, interrupted or left alone', async () => {
    const images = smallImages();
    const text = studyText({
      images,
      shared: { model, optimizer, learningRate: { name: 'constant', rate }, epochs: EPOCHS },
      arms: [{ name: 'pruned', control: false, pruning: pruningAt(3) }],
    });
    const alone = await openStation();
    const [id] = (await alone.start(text)) as [string];
    expect((await allEnded(alone, [id]))[0]).toMatchObject({ state: 'finished', reason: null });
    const expected = await bitsOf(alone, id);
    expect(expected.epochs).toHaveLength(EPOCHS + 1);

    const station = await openStation();
    const { services } = station;
    await station.start(text);

    // Paused: it makes no progress at all, also when asked twice; then goes on.
    await recorded(station, id, 1);
    await Promise.all([services.pause(id), services.pause(id)]);
    await stateTold(station, id, 'paused');
    await quiet(station);
    expect(recordedEpochs(station, id).length).toBeLessThan(EPOCHS);
    expect((await services.getRun(id)).summary).toMatchObject({ state: 'paused', reason: null });
    await Promise.all([services.resume(id), services.resume(id)]);

    // Stopped, also by a double click, and not to be woken by a pause or by its own resuming.
    await recorded(station, id, 5);
    const stopping = services.stop(id);
    await expect(services.pause(id)).rejects.toMatchObject({ code: 'CONFLICT' });
    const resuming = services.resume(id);
    await Promise.all([stopping, services.stop(id).catch(() => undefined)]);
    await resuming;
    expect(statesOf(station, id)).toContain('stopped');

    // Interrupted by the end of the program, while paused.
    await recorded(station, id, 9);
    await services.pause(id);
    await services.close();
    const again = await openStation({ folder: station.folder });
    const { state, reason, epochsDone } = (await again.services.getRun(id)).summary;
    expect({ state, reason }).toEqual({ state: 'interrupted', reason: 'The workstation was closed.' });
    expect(epochsDone).toBeLessThan(EPOCHS);
    await again.services.resume(id);
    expect((await allEnded(again, [id]))[0]).toMatchObject({
      state: 'finished',
      reason: null,
      epochsDone: EPOCHS,
    });

    expect(await bitsOf(again, id)).toEqual(expected);
    const kinds = (await again.services.getRun(id)).events.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'pruned')).toHaveLength(1);
    expect(kinds).not.toContain('diverged-on-replay');
    // Time in a pause is nobody's training time.
    const seconds = (await again.services.epochs(id)).map(
      ({ trainingSeconds, measurementSeconds }) => trainingSeconds + measurementSeconds,
    );
    expect(Math.min(...seconds.slice(1, 4))).toBeGreaterThan(0);
  });
});

describe('a run that is just starting', () => {
  it('can be stopped, paused and resumed before its thread is there', async () => {
    const station = await openStation();
    const { services } = station;
    const text = studyText({ images: smallImages(), arms: [{ name: 'control' }] });
    const [id] = (await station.start(text)) as [string];
    await services.stop(id);
    expect((await services.getRun(id)).summary.state).toBe('stopped');
    expect(recordedEpochs(station, id).length).toBeLessThan(2);
    await services.resume(id);
    await services.pause(id);
    await stateTold(station, id, 'paused');
    await services.resume(id);
    expect((await allEnded(station, [id]))[0]!.state).toBe('finished');
  });

  it('is interrupted when the workstation is closed at once', async () => {
    const station = await openStation();
    const text = studyText({ images: smallImages(), seeds: [0, 1], arms: [{ name: 'control' }] });
    const starting = station.start(text).catch(() => undefined);
    // Its thread is not there yet, or only just.
    await station.until((event) => event.type === 'log' && event.event.kind === 'started', 'one has started');
    const began = performance.now();
    await station.services.close();
    expect(performance.now() - began).toBeLessThan(8_000);
    await starting;
    const again = await openStation({ folder: station.folder });
    const left = await again.services.listRuns();
    expect(left.map(({ state }) => state)).toEqual(left.map(() => 'interrupted'));
    expect(left.at(-1)!.reason).toBe('The workstation was closed.');
    for (const { id } of left) await again.services.resume(id);
    const runs = (await again.services.listRuns()).map(({ id }) => id);
    for (const { state } of await allEnded(again, runs)) expect(state).toBe('finished');
  });
});

describe('two pruned arms', () => {
  it('share one control, whose bits are theirs until they are pruned', async () => {
    const station = await openStation({ concurrency: 2 });
    const runs = await station.start(
      studyText({
        images: smallImages(),
        shared: { epochs: 4 },
        arms: [
          { name: 'random', pruning: pruningAt(2, 0.5) },
          { name: 'magnitude', pruning: { ...pruningAt(2, 0.8), criterion: 'magnitude' } },
        ],
      }),
    );
    expect(runs).toHaveLength(3);
    const summaries = await allEnded(station, runs);
    expect(summaries.map(({ control }) => control)).toEqual([null, runs[0], runs[0]]);
    expect(summaries[0]!.memberships).toEqual([
      { study: 'test', arm: 'control of random, magnitude', place: null },
    ]);
    const [control, random, magnitude] = await Promise.all(runs.map((id) => bitsOf(station, id)));
    for (const pruned of [random!, magnitude!]) {
      expect(pruned.epochs.slice(0, 2)).toEqual(control!.epochs.slice(0, 2));
      expect(pruned.epochs[2]!.planes).not.toEqual(control!.epochs[2]!.planes);
      expect(pruned.checkpoint).not.toBe(control!.checkpoint);
    }
    // After the pruned epoch: the same training, another network since.
    const trainLoss = ({ epochs }: typeof control & object) =>
      (epochs[2]!.metrics as { trainLoss: number }).trainLoss;
    expect(trainLoss(random!)).toBe(trainLoss(control!));
    for (const id of runs.slice(1)) {
      const excess = await station.services.excess(id);
      expect(excess.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4]);
      for (const { excess: shares } of excess.slice(0, 2))
        expect(new Set(Object.values(shares))).toEqual(new Set([0]));
    }
  });
});
