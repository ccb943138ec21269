import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unpackBits } from '../../../main/codec/planes.ts';
import type { Comparison, ExcessEpoch } from '../../../common/contract/schemas.ts';
import { planeBytes, PRUNED_PLANE, shedPlane, type EpochRecord } from '../../../common/records.ts';
import { thresholdLabel } from '../../../common/thresholds.ts';
import { CONTROL, newRun, openTest, recordOf, RUN, SPECIFICATION, temporaryFolder } from './fixtures.ts';

const LABELS = SPECIFICATION.thresholds.map(thresholdLabel);

/** The excess, weight by weight, as its definition reads: of the network, and of each layer. */
function excessByHand(run: EpochRecord, control: EpochRecord): ExcessEpoch {
  const positions = run.layers.map((_, position) => position);
  return {
    epoch: run.epoch,
    ...comparedByHand(run, control, positions).comparison,
    layers: positions.map((position) => {
      const { kept, comparison } = comparedByHand(run, control, [position]);
      return { name: run.layers[position]!.name, kept, ...comparison };
    }),
  };
}

function comparedByHand(run: EpochRecord, control: EpochRecord, positions: readonly number[]) {
  const comparison: Comparison = { run: {}, control: {}, excess: {} };
  let kept = 0;
  LABELS.forEach((label, threshold) => {
    kept = 0;
    let shed = 0;
    let controlShed = 0;
    for (const position of positions) {
      const { weights } = run.layers[position]!;
      const size = planeBytes(weights);
      const bits = (record: EpochRecord, plane: number): Uint8Array =>
        unpackBits(record.layers[position]!.planes.subarray(plane * size), weights);
      const pruned = bits(run, PRUNED_PLANE);
      const one = bits(run, shedPlane(threshold));
      const other = bits(control, shedPlane(threshold));
      for (let weight = 0; weight < weights; weight++) {
        if (pruned[weight]) continue;
        kept++;
        shed += one[weight]!;
        controlShed += other[weight]!;
      }
    }
    comparison.run[label] = shed / kept;
    comparison.control[label] = controlShed / kept;
    comparison.excess[label] = shed / kept - controlShed / kept;
  });
  return { kept, comparison };
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
        expect(summary.excessEpoch).toBe(expected.at(-1)?.epoch ?? null);
        expect(await workspace.excess(control)).toEqual([]);
      },
    ),
    { numRuns: 15 },
  );
});

it('over the control that kept the previous mask is counted apart from that over the dense one', async () => {
  const workspace = await openTest(temporaryFolder());
  const previous = 'cccccccccccc-s1';
  await workspace.addRun(newRun(CONTROL));
  await workspace.addRun(newRun(previous, { control: CONTROL }));
  await workspace.addRun(newRun(RUN, { control: CONTROL }));
  const record = (run: string, epoch: number) =>
    recordOf(epoch, { [RUN]: 1, [CONTROL]: 2, [previous]: 3 }[run]);
  for (const epoch of [0, 1])
    for (const run of [RUN, previous, CONTROL])
      await workspace.recordEpoch(run, record(run, epoch), null, []);
  // The link comes late: a second study asks for it. The rest comes in another order.
  await workspace.addRun(newRun(RUN, { previousMask: previous }));
  for (const run of [CONTROL, RUN, previous]) await workspace.recordEpoch(run, record(run, 2), null, []);

  const byHand = (run: string, control: string) =>
    [0, 1, 2].map((epoch) => excessByHand(record(run, epoch), record(control, epoch)));
  expect(await workspace.excess(RUN)).toEqual(byHand(RUN, CONTROL));
  expect(await workspace.excess(RUN, 'previous-mask')).toEqual(byHand(RUN, previous));
  expect(await workspace.excess(previous)).toEqual(byHand(previous, CONTROL));
  expect(await workspace.excess(previous, 'previous-mask')).toEqual([]);
  expect(await workspace.summary(RUN)).toMatchObject({
    control: CONTROL,
    excess: byHand(RUN, CONTROL).at(-1)!.excess,
    excessEpoch: 2,
    previousMask: { control: previous, excess: byHand(RUN, previous).at(-1)!.excess, excessEpoch: 2 },
  });
  expect((await workspace.summary(previous)).previousMask).toBeNull();

  // What is trained again is counted again, over whichever control it was.
  expect(await workspace.recordEpoch(previous, recordOf(1, 4), null, [])).toBe('replaced');
  expect(await workspace.excess(RUN, 'previous-mask')).toEqual([
    byHand(RUN, previous)[0],
    excessByHand(record(RUN, 1), recordOf(1, 4)),
  ]);
  expect(await workspace.excess(RUN)).toEqual(byHand(RUN, CONTROL));
  // The run is at epoch 2, that control at epoch 1 again: its excess is told with its epoch.
  expect(await workspace.summary(RUN)).toMatchObject({
    epochsDone: 2,
    excessEpoch: 2,
    previousMask: { excess: excessByHand(record(RUN, 1), recordOf(1, 4)).excess, excessEpoch: 1 },
  });
  await expect(workspace.removeRun(previous)).rejects.toMatchObject({ code: 'CONFLICT' });
  await workspace.removeRun(RUN);
  await workspace.removeRun(previous);
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
