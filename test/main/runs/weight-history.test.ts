import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { decodeFrame } from '../../../common/codec/frames.ts';
import { decodeMagnitudes } from '../../../common/codec/magnitude-counts.ts';
import { binStart } from '../../../common/cascade/magnitudes.ts';
import { joinedParts, weightParts } from '../../../common/contract/read-weight.ts';
import type {
  WeightForecast,
  WeightHistory,
  WeightHistoryAsked,
} from '../../../common/contract/weight-schemas.ts';
import { PRUNED_PLANE, shedPlane } from '../../../common/records.ts';
import { decodeNpz } from '../../../main/codec/npz-read.ts';
import { decodeSafetensors, float32Of } from '../../../main/codec/safetensors.ts';
import { allEnded, openStation, smallImages, studyText, type Station } from './fixtures.ts';

vi.setConfig({ testTimeout: 120_000 });

const EPOCHS = 6;
const CLASSES = 10;
/** The epoch of which the forecasts are asked: the first one over which cut units are freed. */
const MOMENT = 3;
const LADDER = [5e-2, 3e-2, 2e-2, 1e-2, 5e-3, 2e-3];

/** By arm: an optimizer, and the rates that it goes by. */
const ARMS = {
  sgd: {
    optimizer: { name: 'sgd', momentum: 0.8, weightDecay: 0.2 },
    learningRate: { name: 'cosine', rate: 0.05, per: 'step' },
  },
  adam: {
    optimizer: { name: 'adam', weightDecay: 0.05 },
    learningRate: { name: 'constant', rate: 2e-3 },
  },
};

/**
 * Nearly all of the last layer is pruned after the second epoch. A unit that reaches no logit any more leaves its incoming
 * weights without a gradient: they must go on exactly as the optimizer alone moves them.
 *
 * @returns run ids by arm
 */
async function train(station: Station): Promise<Map<string, string>> {
  const pruning = {
    criterion: 'random',
    layers: { names: ['fc3'] },
    schedule: { name: 'one-shot', epoch: 2 },
    sparsity: 0.9,
  };
  const arms = Object.entries(ARMS).map(([name, parts]) => ({ name, control: false, pruning, ...parts }));
  const shared = { epochs: EPOCHS, thresholds: LADDER };
  const ids = await station.start(studyText({ images: smallImages(), arms, shared }));
  const ended = await allEnded(station, ids);
  return new Map(ended.map(({ id, memberships }) => [memberships[0]!.arm, id]));
}

/** Units whose outgoing weights are all pruned, and the others. */
async function unitsOf({ services }: Station, id: string): Promise<{ cut: number[]; others: number[] }> {
  const arrays = decodeNpz(await services.masks(id, EPOCHS, '1e-2'));
  const outgoing = arrays.find(({ name }) => name === 'fc3.pruned')!.values as Uint8Array;
  const units = Array.from({ length: outgoing.length / CLASSES }, (_, unit) => unit);
  const isCut = (unit: number) =>
    outgoing.subarray(unit * CLASSES, (unit + 1) * CLASSES).every((bit) => bit === 1);
  return { cut: units.filter(isCut), others: units.filter((unit) => !isCut(unit)) };
}

async function historyOf(
  { services }: Station,
  id: string,
  asked: WeightHistoryAsked,
): Promise<WeightHistory> {
  let history: WeightHistory | null = null;
  for await (const part of weightParts((each) => services.weightHistory(id, each), asked))
    history = joinedParts(history, part);
  return history!;
}

function firstBelow(values: readonly number[], threshold: number): number {
  return values.findIndex((value) => Math.abs(value) <= threshold);
}

it('a freed weight crosses the thresholds in the very epochs that were foreseen', async () => {
  const station = await openStation();
  const { services } = station;
  const runs = await train(station);
  for (const [arm, id] of runs) {
    const { cut, others } = await unitsOf(station, id);
    const units = cut.length + others.length;
    expect(cut.length, arm).toBeGreaterThan(20);
    let crossed = 0;
    for (const unit of cut.slice(0, 8)) {
      const place = { layer: 'fc2', index: 17 * units + unit };
      const history = await historyOf(station, id, { ...place, from: 0, to: EPOCHS });
      const forecast = await services.weightForecast(id, { ...place, epoch: MOMENT });
      expect(forecast, arm).toMatchObject({ none: null, from: MOMENT, end: 'run' });
      const seen = history.values.slice(MOMENT).map((value) => Math.abs(value!));
      expect(forecast.start).toBe(seen[0]);
      const foreseen = [forecast.start!, ...forecast.magnitudes];
      expect(foreseen).toHaveLength(seen.length);
      foreseen.forEach((value, at) => expect(value / seen[at]!, `${arm} ${at}`).toBeCloseTo(1, 4));
      LADDER.forEach((threshold, position) => {
        const at = firstBelow(foreseen, threshold);
        const shed = history.states.slice(MOMENT).map((state) => (state >> shedPlane(position)) & 1);
        expect(at, `${arm}, ${threshold}`).toBe(firstBelow(seen, threshold));
        expect(at).toBe(shed.indexOf(1));
        if (at > 0) crossed += 1;
      });
    }
    expect(crossed, arm).toBeGreaterThan(3);
  }
  await others(station, runs.get('sgd')!);
});

/** What is no forecast, and values beside those of whole checkpoints. */
async function others(station: Station, id: string): Promise<void> {
  const { services, folder } = station;
  const { cut, others } = await unitsOf(station, id);
  const at = (layer: string, index: number, epoch = MOMENT): Promise<WeightForecast> =>
    services.weightForecast(id, { layer, index, epoch });
  const told = await Promise.all(others.slice(0, 20).map((unit) => at('fc2', unit)));
  expect(told.map(({ none }) => none)).toContain('held');
  expect((await at('fc3', cut[0]! * CLASSES)).none).toBe('pruned');
  expect((await at('fc2', cut[0]!, 0)).none).toBe('unmeasured');
  expect((await at('fc2', cut[0]!, EPOCHS)).none).toBe('ended');
  await expect(at('fc2', 30_000)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(at('none', 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });

  const fileOf = (epoch: number) => join(folder, 'checkpoints', id, `epoch-${epoch}.safetensors`);
  const kernel = (await services.getRun(id)).network!.layers.find(({ name }) => name === 'fc3')!.kernel;
  const asked = { layer: 'fc3', index: cut[0]! * CLASSES + 3, from: 0, to: EPOCHS };
  const history = await historyOf(station, id, asked);
  expect(history.epochs).toEqual(Array.from({ length: EPOCHS + 1 }, (_, epoch) => epoch));
  for (const epoch of history.epochs) {
    const { tensors } = decodeSafetensors(new Uint8Array(readFileSync(fileOf(epoch))));
    expect(history.values[epoch]).toBe(float32Of(tensors.get(kernel)!)[asked.index]);
  }
  expect(history.states.map((state) => (state >> PRUNED_PLANE) & 1)).toEqual([0, 0, 1, 1, 1, 1, 1]);
  await histograms(station, id);

  // A checkpoint that is damaged is told, and the rest is there; a forecast then starts earlier.
  writeFileSync(fileOf(4), 'short');
  const after = await historyOf(station, id, asked);
  expect(after.unreadable).toEqual([4]);
  expect(after.values).toEqual(history.values.map((value, epoch) => (epoch === 4 ? null : value)));
  expect(after.states).toEqual(history.states);
  expect(await at('fc2', cut[0]!, 4)).toMatchObject({ none: null, from: 3 });
}

/** Histograms as they were recorded, as they are counted from checkpoints, and as one counts weights one by one. */
async function histograms({ services, folder }: Station, id: string): Promise<void> {
  const { layers } = (await services.getRun(id)).network!;
  const { header, body } = decodeFrame('magnitudes', await services.magnitudes(id, 0, EPOCHS));
  expect(header).toMatchObject({ layers: ['fc1', 'fc2', 'fc3'], epochs: [0, 1, 2, 3, 4, 5, 6], next: null });
  let from = 0;
  for (const [place, epoch] of header.epochs.entries()) {
    const recorded = body.slice(from, (from += header.sizes[place]!));
    const reckoned = decodeFrame('magnitudes', await services.reckonedMagnitudes(id, epoch));
    expect(reckoned.body).toEqual(recorded);
    const file = readFileSync(join(folder, 'checkpoints', id, `epoch-${epoch}.safetensors`));
    const { tensors } = decodeSafetensors(new Uint8Array(file));
    const arrays = decodeNpz(await services.masks(id, epoch, '1e-2'));
    decodeMagnitudes(recorded, layers.length).forEach(({ zero, first, counts }, at) => {
      const weights = float32Of(tensors.get(layers[at]!.kernel)!);
      const pruned = arrays.find(({ name }) => name === `${layers[at]!.name}.pruned`)!.values;
      const kept = weights.filter((_, index) => !pruned[index]);
      expect(zero).toBe(kept.filter((weight) => weight === 0).length);
      const least = binStart(first + 20);
      const below = counts.slice(0, 20).reduce((sum, count) => sum + count, 0);
      expect(below).toBe(kept.filter((weight) => weight !== 0 && Math.abs(weight) < least).length);
    });
  }
  await expect(services.reckonedMagnitudes(id, EPOCHS + 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
}
