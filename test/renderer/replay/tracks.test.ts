import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WEIGHT_STATES } from '../../../common/cascade/composition.ts';
import { LAYER_LIST } from '../../../renderer/gallery/network.ts';
import { EPOCHS, LABELS, Simulation } from '../../../renderer/gallery/simulation.ts';
import {
  columnsOf,
  epochsTelling,
  missingFrom,
  MOST_COLUMNS,
  StateTracks,
  strideFor,
} from '../../../renderer/replay/tracks.ts';

const simulation = new Simulation(7, 0.9);
const threshold = LABELS.indexOf('1e-3');
const tracks = new StateTracks(LAYER_LIST);
tracks.add(
  Array.from({ length: EPOCHS + 1 }, (_, epoch) => ({ epoch, states: simulation.states(epoch, '1e-3') })),
);

test('shares of a layer and of all are those counted weight by weight', () => {
  const epoch = 8;
  const all = WEIGHT_STATES.map(() => 0);
  let weights = 0;
  LAYER_LIST.forEach((layer, index) => {
    const counts = WEIGHT_STATES.map(() => 0);
    for (let weight = 0; weight < layer.weights; weight += 1) {
      const pruned = simulation.isPruned(index, weight, epoch);
      const shed = simulation.magnitude(index, weight, epoch) <= Number(LABELS[threshold]);
      const state = pruned ? 4 : shed ? 2 : simulation.isInert(index, weight, epoch) ? 3 : 0;
      counts[state]! += 1;
    }
    const [column] = columnsOf(tracks, layer.name, [epoch], 1, EPOCHS);
    const [active = 0, freed = 0, ...gone] = column!.shares;
    expect((active + freed) * layer.weights).toBeCloseTo(counts[0]!, 2);
    gone.forEach((share, at) => expect(share * layer.weights).toBeCloseTo(counts[at + 2]!, 2));
    counts.forEach((count, state) => (all[state]! += count));
    weights += layer.weights;
  });
  const [column] = columnsOf(tracks, null, [epoch], 1, EPOCHS);
  const [active = 0, freed = 0, ...gone] = column!.shares;
  expect(active + freed).toBeCloseTo(all[0]! / weights, 5);
  gone.forEach((share, at) => expect(share).toBeCloseTo(all[at + 2]! / weights, 5));
  expect(tracks.weightsOf(null)).toBe(weights);
});

test('a column holds until the next epoch that is told, the last one until the end', () => {
  const columns = columnsOf(tracks, 'pw3', epochsTelling({ from: 3, to: 10 }, 4), 4, 11);
  expect(columns.map(({ from, to }) => [from, to])).toEqual([
    [0, 4],
    [4, 8],
    [8, 11],
  ]);
  expect(columns[1]!.shares).toEqual(
    [...tracks.counts(4, 'pw3')!].map((count) => count / tracks.weightsOf('pw3')),
  );
  expect(columnsOf(tracks, 'no such layer', [3], 1, 9)).toEqual([]);
  expect(columnsOf(tracks, null, [EPOCHS + 1], 1, 99)).toEqual([]);
});

test('a range of any length has no more columns than there is room for, and levels share their epochs', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(100_000), (one, other) => {
      const range = { from: Math.min(one, other), to: Math.max(one, other) };
      const every = strideFor(range);
      const told = epochsTelling(range, every);
      expect(told.length).toBeLessThanOrEqual(MOST_COLUMNS + 1);
      // Nothing is left out that there is room for.
      if (every > 1) expect(told.length).toBeGreaterThan(MOST_COLUMNS / 2 - 2);
      expect(Math.log2(every) % 1).toBe(0);
      expect(told[0]!).toBeLessThanOrEqual(range.from);
      expect(told[0]! + every).toBeGreaterThan(range.from);
      expect(told.every((epoch) => epoch % every === 0)).toBe(true);
    }),
  );
  expect(strideFor({ from: 0, to: MOST_COLUMNS - 1 })).toBe(1);
  expect(missingFrom([0, 4, 8, 12], (epoch) => epoch === 0 || epoch === 8)).toEqual({ from: 4, to: 12 });
  expect(missingFrom([0, 4], () => true)).toBeNull();
});
