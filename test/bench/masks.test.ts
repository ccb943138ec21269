import { describe, expect, it } from 'vitest';
import { measureMasks } from '../../bench/masks.ts';
import { planeBytes, planeCount, shedPlane, type EpochRecord } from '../../common/records.ts';
import { Writer } from '../../main/workspace/writer/writer.ts';
import {
  APPLICATION,
  generator,
  newRun,
  recordOf,
  RUN,
  temporaryFolder,
  THRESHOLDS,
} from '../main/workspace/fixtures.ts';

const WEIGHTS = 20_000;

/** Weights that wander among nested thresholds: each has a level, and one in twenty takes a step. */
function wandering(epochs: number): EpochRecord[] {
  const random = generator(4);
  const levels = Array.from({ length: WEIGHTS }, () => Math.floor(random() ** 3 * (THRESHOLDS + 1)));
  return Array.from({ length: epochs }, (_, epoch) => {
    const planes = new Uint8Array(planeCount(THRESHOLDS) * planeBytes(WEIGHTS));
    levels.forEach((level, weight) => {
      for (let threshold = 0; threshold < level; threshold++)
        planes[shedPlane(threshold) * planeBytes(WEIGHTS) + (weight >>> 3)]! |= 1 << (weight & 7);
      if (random() < 0.05) levels[weight] = Math.floor(random() ** 3 * (THRESHOLDS + 1));
    });
    const record = recordOf(epoch);
    return { ...record, layers: [{ ...record.layers[0]!, weights: WEIGHTS, planes }] };
  });
}

describe('the benchmark of masks', () => {
  it('tells shares of the raw bits, today’s below that of each threshold by itself and above the entropy', () => {
    const folder = temporaryFolder();
    const writer = new Writer(folder, APPLICATION);
    writer.addRun(newRun(RUN));
    for (const record of wandering(6)) writer.recordEpoch(RUN, record, null, [], null);
    writer.close();
    const [measured, ...others] = measureMasks(folder);
    expect(others).toEqual([]);
    expect(measured).toMatchObject({ run: RUN, weights: WEIGHTS, epochs: 6, planes: planeCount(THRESHOLDS) });
    expect(measured!.rawBytes).toBe(6 * planeCount(THRESHOLDS) * planeBytes(WEIGHTS));
    expect(measured!.stored).toBeGreaterThan(measured!.entropy);
    expect(measured!.stored).toBeLessThan(measured!.entropy * 1.15);
    expect(measured!.storedByThreshold).toBeGreaterThan(measured!.stored * 1.3);
    expect(measured!.coldSeekMs.maximum).toBeGreaterThanOrEqual(measured!.coldSeekMs.median);
  });
});
