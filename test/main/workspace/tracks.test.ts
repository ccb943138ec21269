import { expect, it } from 'vitest';
import { WEIGHT_STATES } from '../../../common/cascade/composition.ts';
import { isFreed } from '../../../common/cascade/freed.ts';
import { decodeRows } from '../../../common/codec/rows.ts';
import type { TrackEpoch } from '../../../common/contract/track-schemas.ts';
import {
  channelRows,
  INERT_PLANE,
  laterRow,
  PRUNED_PLANE,
  shedPlane,
  type LayerRecord,
} from '../../../common/records.ts';
import { thresholdLabel } from '../../../common/thresholds.ts';
import {
  bitsOf,
  countedRecordOf,
  LAYERS,
  newRun,
  openTest,
  RUN,
  temporaryFolder,
  THRESHOLDS,
} from './fixtures.ts';

const ROWS = channelRows(THRESHOLDS);
const LABELS = newRun(RUN).specification.thresholds.map(thresholdLabel);

/** Every weight by itself: in the first of the states that holds. */
function byHand(layer: LayerRecord, threshold: number): number[] {
  const channels = layer.channels.length / ROWS;
  const planes = [PRUNED_PLANE, shedPlane(threshold), INERT_PLANE].map((plane) => bitsOf(layer, plane));
  const residual = layer.channels.subarray(laterRow('residual', THRESHOLDS) * channels);
  const counts = WEIGHT_STATES.map(() => 0);
  for (let weight = 0; weight < layer.weights; weight++) {
    const [pruned, shed, inert] = planes.map((plane) => plane[weight] === 1);
    const freed = isFreed(residual[weight % channels]!);
    const state = pruned ? 'pruned' : shed ? 'shed' : inert ? 'inert' : freed ? 'freed' : 'active';
    counts[WEIGHT_STATES.indexOf(state)]! += 1;
  }
  return counts;
}

it('tells the weights of each layer by state as they are counted one by one in the masks', async () => {
  const workspace = await openTest(temporaryFolder());
  await workspace.addRun(newRun(RUN));
  const records = Array.from({ length: 8 }, (_, epoch) => countedRecordOf(epoch));
  const expected = LABELS.map((_, threshold) =>
    records.map(({ epoch, layers }) => ({
      epoch,
      states: Object.fromEntries(layers.map((layer) => [layer.name, byHand(layer, threshold)])),
    })),
  );
  for (const made of records) await workspace.recordEpoch(RUN, made, null, []);
  const ask = async (from: number, to: number, every: number, threshold: string) =>
    decodeRows<TrackEpoch>(await workspace.trackFrame(RUN, { from, to, every, threshold }));

  for (const [threshold, label] of LABELS.entries()) {
    const { rows, next } = await ask(0, 100, 1, label);
    expect(next).toBeNull();
    expect(rows.map(({ epoch }) => epoch)).toEqual(records.map(({ epoch }) => epoch));
    for (const [at, { states }] of rows.entries())
      for (const { name, weights } of LAYERS) {
        const told = states[name]!;
        expect(told.reduce((sum, count) => sum + count, 0)).toBeCloseTo(weights, 3);
        told.forEach((count, state) =>
          expect(count, `${name} ${WEIGHT_STATES[state]!} after ${at}`).toBeCloseTo(
            expected[threshold]![at]!.states[name]![state]!,
            3,
          ),
        );
      }
  }
  // Of a coarser level: multiples, so that a finer one tells the same epochs again.
  expect((await ask(1, 7, 3, LABELS[0]!)).rows.map(({ epoch }) => epoch)).toEqual([3, 6]);
  await expect(ask(0, 7, 1, '7')).rejects.toThrow(/threshold '7' of the run/);
});
