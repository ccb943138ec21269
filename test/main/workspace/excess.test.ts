import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unpackBits } from '../../../common/codec/planes.ts';
import type { ExcessEpoch } from '../../../common/contract/schemas.ts';
import { planeBytes, PRUNED_PLANE, shedPlane, type EpochRecord } from '../../../common/records.ts';
import { thresholdLabel } from '../../../common/thresholds.ts';
import { CONTROL, newRun, openTest, recordOf, RUN, SPECIFICATION, temporaryFolder } from './fixtures.ts';

const LABELS = SPECIFICATION.thresholds.map(thresholdLabel);

/** The excess, weight by weight, as its definition reads. */
function excessByHand(run: EpochRecord, control: EpochRecord): ExcessEpoch {
  const result: ExcessEpoch = { epoch: run.epoch, run: {}, control: {}, excess: {} };
  LABELS.forEach((label, threshold) => {
    let kept = 0;
    let shed = 0;
    let controlShed = 0;
    run.layers.forEach((layer, position) => {
      const size = planeBytes(layer.weights);
      const bits = (record: EpochRecord, plane: number): Uint8Array =>
        unpackBits(record.layers[position]!.planes.subarray(plane * size), layer.weights);
      const pruned = bits(run, PRUNED_PLANE);
      const one = bits(run, shedPlane(threshold));
      const other = bits(control, shedPlane(threshold));
      for (let weight = 0; weight < layer.weights; weight++) {
        if (pruned[weight]) continue;
        kept++;
        shed += one[weight]!;
        controlShed += other[weight]!;
      }
    });
    result.run[label] = shed / kept;
    result.control[label] = controlShed / kept;
    result.excess[label] = shed / kept - controlShed / kept;
  });
  return result;
}

it('is counted over the kept weights, in whatever order the two runs report', async () => {
  const workspace = await openTest(temporaryFolder());
  let number = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      fc.nat(3),
      async (order, linkAfter) => {
        number++;
        const control = `${String(number).padStart(12, '0')}-s1`;
        const id = `${String(number).padStart(12, 'a')}-s1`;
        await workspace.addRun(newRun(control));
        // 0: linked from the start; otherwise given its control after so many epochs of either run.
        await workspace.addRun(newRun(id, { control: linkAfter === 0 ? control : null }));
        const next = { [id]: 0, [control]: 0 };
        for (const [step, first] of order.entries()) {
          if (step > 0 && step === linkAfter * 3) await workspace.addRun(newRun(id, { control }));
          const run = first ? id : control;
          const epoch = next[run]!++;
          await workspace.recordEpoch(run, recordOf(epoch, run === id ? number : number + 500), null, []);
        }
        const both = Math.min(next[id]!, next[control]!);
        const expected = Array.from({ length: both }, (_, epoch) =>
          excessByHand(recordOf(epoch, number), recordOf(epoch, number + 500)),
        );
        expect(await workspace.excess(id)).toEqual(expected);
        const { summary } = await workspace.getRun(id);
        expect(summary.excess).toEqual(expected.at(-1)?.excess ?? null);
        expect(await workspace.excess(control)).toEqual([]);
      },
    ),
    { numRuns: 15 },
  );
});

it('is left out for a threshold that the control does not measure', async () => {
  const workspace = await openTest(temporaryFolder());
  const thresholds = [...SPECIFICATION.thresholds].reverse();
  thresholds[0] = { absolute: 0.5 };
  await workspace.addRun(newRun(CONTROL, { specification: { ...SPECIFICATION, thresholds } }));
  await workspace.addRun(newRun(RUN, { control: CONTROL }));
  await workspace.recordEpoch(CONTROL, recordOf(0, 1), null, []);
  await workspace.recordEpoch(RUN, recordOf(0), null, []);
  const [excess] = await workspace.excess(RUN);
  expect(Object.keys(excess!.excess)).toEqual(LABELS.slice(0, -1));
  // The control's ladder is turned round: its last threshold is the run's first.
  const turned = recordOf(0, 1);
  for (const layer of turned.layers) {
    const size = planeBytes(layer.weights);
    const planes = layer.planes.slice();
    LABELS.forEach((_, threshold) =>
      layer.planes.set(
        planes.subarray(
          shedPlane(LABELS.length - 1 - threshold) * size,
          (shedPlane(LABELS.length - 1 - threshold) + 1) * size,
        ),
        shedPlane(threshold) * size,
      ),
    );
  }
  const byHand = excessByHand(recordOf(0), turned);
  for (const label of LABELS.slice(0, -1)) expect(excess!.excess[label]).toBe(byHand.excess[label]);
});
