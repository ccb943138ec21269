import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { epochsIn } from '../../../common/epoch-spans.ts';
import { decodeFrame } from '../../../common/codec/frames.ts';
import type { Workspace } from '../../../main/workspace/workspace.ts';
import type { EpochRecord, Measured } from '../../../common/records.ts';
import { planeBytes } from '../../../common/records.ts';
import { thresholdLabel } from '../../../common/thresholds.ts';
import {
  classesOf,
  CONTROL,
  imageOf,
  LAYERS,
  newRun,
  openTest,
  recordOf,
  RUN,
  temporaryFolder,
} from './fixtures.ts';

async function planesOf(workspace: Workspace, id: string, epoch: number): Promise<Uint8Array[]> {
  const frames = await Promise.all(LAYERS.map(({ name }) => workspace.planeFrame(id, epoch, name)));
  return frames.map((frame) => decodeFrame('planes', frame.buffer).body);
}

function planes(record: EpochRecord): Uint8Array[] {
  return record.layers.map((layer) => layer.planes);
}

/** With the last bits of one number changed. */
function moved({ meanMagnitude, ...others }: Measured): Measured {
  return { ...others, meanMagnitude: meanMagnitude! * (1 + 2 ** -52) };
}

const PRUNED = { kind: 'pruned', epoch: 2, message: 'Pruned.', data: {} } as const;

describe('planes of a layer', () => {
  it('are those that were asked for, in that order, and all of them where none was named', async () => {
    const workspace = await openTest(temporaryFolder());
    await workspace.addRun(newRun(RUN));
    await workspace.recordEpoch(RUN, recordOf(0), null, []);
    const [{ name, weights, planes: stack }] = recordOf(0).layers as [EpochRecord['layers'][number]];
    const size = planeBytes(weights);
    const labels = newRun(RUN).specification.thresholds.map(thresholdLabel);
    const all = ['pruned', 'inert', ...labels.map((label) => `shed ${label}`)];
    const asked = async (wanted?: readonly string[]) => {
      const { header, body } = decodeFrame('planes', await workspace.planeFrame(RUN, 0, name, wanted));
      return {
        planes: header.planes,
        parts: header.planes.map((_, at) => body.slice(at * size, (at + 1) * size)),
      };
    };
    const expected = (wanted: readonly string[]) => ({
      planes: wanted,
      parts: wanted.map((plane) => stack.slice(all.indexOf(plane) * size, (all.indexOf(plane) + 1) * size)),
    });
    expect(await asked()).toEqual(expected(all));
    expect(await asked([all.at(-1)!, 'pruned'])).toEqual(expected([all.at(-1)!, 'pruned']));
    await expect(asked(['pruned', 'shed 7'])).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining("plane 'shed 7'"),
    });
  });
});

describe('an epoch that is recorded again', () => {
  it('is acknowledged without a change when only its seconds differ, and gains a missing checkpoint', async () => {
    const workspace = await openTest(temporaryFolder());
    await workspace.addRun(newRun(RUN));
    for (let epoch = 0; epoch < 5; epoch++)
      await workspace.recordEpoch(
        RUN,
        recordOf(epoch),
        epoch === 1 ? imageOf(1) : null,
        epoch === 2 ? [PRUNED] : [],
      );
    const before = await workspace.epochs(RUN);
    const again = recordOf(2);
    again.metrics.trainingSeconds = 1000;
    expect(await workspace.recordEpoch(RUN, again, imageOf(2), [PRUNED])).toBe('known');
    expect(await workspace.epochs(RUN)).toEqual(before);
    const detail = await workspace.getRun(RUN);
    expect(detail.events).toHaveLength(1);
    expect(epochsIn(detail.checkpoints)).toEqual([1, 2]);
    expect((await workspace.checkpoint(RUN, 2)).bytes).toEqual(imageOf(2).bytes);
  });

  const differences: [string, (record: EpochRecord) => void][] = [
    ['a metric', (record) => (record.metrics.testLoss += 1e-12)],
    ['the phase', (record) => (record.phase = 'initial')],
    ['one bit of a mask', (record) => (record.layers[1]!.planes[5]! ^= 1)],
    ['one bit of a channel table', (record) => (new Uint32Array(record.layers[0]!.channels.buffer)[3]! ^= 1)],
    ['a count', (record) => (record.layers[0]!.zero += 1)],
    ['the share within five', (record) => (record.metrics.testTopFive = 0.5)],
    ['a histogram', (record) => (record.layers[1]!.magnitudes.counts[1]! += 1)],
    ['a gradient norm', (record) => (record.layers[1]!.gradientNorm += 1e-12)],
    ['a measure of a layer', (record) => (record.layers[1]!.measured = moved(record.layers[1]!.measured))],
    ['a measure of the network', (record) => (record.measured = moved(record.measured))],
    ['what compaction leaves of a kernel', (record) => (record.layers[0]!.compacted -= 1)],
    ['what compaction leaves of the network', (record) => (record.compactedParameters -= 1)],
    ['a class', (record) => (record.classes.correct[2]! += 1)],
    ['the size of a class', (record) => (record.classes.examples[2]! += 1)],
    ['a prediction', (record) => (record.predictions[1]!.predicted[7]! ^= 1)],
    ['a margin', (record) => (record.predictions[0]!.margins[7]! += 0.25)],
    ['that nothing is predicted', (record) => (record.predictions = [])],
  ];
  it.each(differences)('replaces what follows when %s differs', async (_, change) => {
    const folder = temporaryFolder();
    const workspace = await openTest(folder);
    await workspace.addRun(newRun(CONTROL));
    await workspace.addRun(newRun(RUN, { control: CONTROL }));
    for (let epoch = 0; epoch < 6; epoch++) {
      await workspace.recordEpoch(CONTROL, recordOf(epoch, 1), null, []);
      await workspace.recordEpoch(RUN, recordOf(epoch), imageOf(epoch), []);
    }
    // The reader has decoded planes of what is about to be replaced.
    expect(await planesOf(workspace, RUN, 5)).toEqual(planes(recordOf(5)));
    const changed = recordOf(3);
    change(changed);
    const expected = planes(structuredClone(changed));
    expect(await workspace.recordEpoch(RUN, changed, imageOf(1003, 500), [])).toBe('replaced');
    expect((await workspace.epochs(RUN)).map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
    expect((await workspace.excess(RUN)).map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
    const { events } = await workspace.getRun(RUN);
    expect(events).toMatchObject([{ kind: 'diverged-on-replay', epoch: 3, data: { from: 3, to: 5 } }]);
    expect(await planesOf(workspace, RUN, 3)).toEqual(expected);
    await expect(workspace.planeFrame(RUN, 4, 'conv')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await classesOf(workspace, RUN)).map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
    await expect(workspace.predictionFrame(RUN, 5, 'epoch')).rejects.toMatchObject({ code: 'NOT_FOUND' });

    // It goes on with other bits than before, and the reader sees those.
    expect(await workspace.recordEpoch(RUN, recordOf(4, 9), imageOf(4), [])).toBe('stored');
    expect(await workspace.recordEpoch(RUN, recordOf(5, 9), null, [])).toBe('stored');
    expect(await planesOf(workspace, RUN, 5)).toEqual(planes(recordOf(5, 9)));
    expect(await planesOf(workspace, RUN, 2)).toEqual(planes(recordOf(2)));
    const { checkpoints } = await workspace.getRun(RUN);
    expect(epochsIn(checkpoints)).toEqual([0, 1, 2, 4, 1003]);
    expect(readdirSync(join(folder, 'checkpoints', RUN))).toHaveLength(5);
  });

  it('is replaced in the excess of the runs that it controls', async () => {
    const workspace = await openTest(temporaryFolder());
    await workspace.addRun(newRun(CONTROL));
    await workspace.addRun(newRun(RUN, { control: CONTROL }));
    for (let epoch = 0; epoch < 4; epoch++) {
      await workspace.recordEpoch(CONTROL, recordOf(epoch, 1), null, []);
      await workspace.recordEpoch(RUN, recordOf(epoch), null, []);
    }
    const before = await workspace.excess(RUN);
    await workspace.recordEpoch(CONTROL, recordOf(2, 8), null, []);
    const after = await workspace.excess(RUN);
    expect(after.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after[2]!.control).not.toEqual(before[2]!.control);
  });
});

describe('an epoch that cannot be', () => {
  const refused: [string, () => EpochRecord][] = [
    ['leaves one out', () => recordOf(3)],
    ['is of another network', () => ({ ...recordOf(2), layers: recordOf(2).layers.slice(0, 1) })],
    [
      'has too few planes',
      () => {
        const record = recordOf(2);
        record.layers[0]!.planes = record.layers[0]!.planes.slice(1);
        return record;
      },
    ],
    [
      'counts right answers of other classes',
      () => ({ ...recordOf(2), classes: { ...recordOf(2).classes, correct: new Int32Array(2) } }),
    ],
    [
      'has predictions without margins',
      () => {
        const record = { ...recordOf(2), predictions: recordOf(3).predictions };
        record.predictions[1]!.margins = new Float32Array(3);
        return record;
      },
    ],
  ];
  it.each(refused)('%s is refused, and the right one is stored after it', async (_, make) => {
    const workspace = await openTest(temporaryFolder());
    await workspace.addRun(newRun(RUN));
    await workspace.recordEpoch(RUN, recordOf(0), null, []);
    await workspace.recordEpoch(RUN, recordOf(1), null, []);
    const record = make();
    const copy = structuredClone(record);
    await expect(workspace.recordEpoch(RUN, record, null, [])).rejects.toMatchObject({ code: 'BAD_RECORD' });
    expect(record).toEqual(copy);
    expect(await workspace.recordEpoch(RUN, recordOf(2), null, [])).toBe('stored');
    expect(await planesOf(workspace, RUN, 2)).toEqual(planes(recordOf(2)));
  });
});
