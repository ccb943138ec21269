import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { decodeChannelFrame } from '../../../common/codec/channel-frames.ts';
import { thresholdLabel } from '../../../common/thresholds.ts';
import { packBits, unpackBits } from '../../../main/codec/planes.ts';
import { equalBytes } from '../../../main/workspace/compression.ts';
import { LARGE_NETWORK } from '../../../main/workspace/kept-counts.ts';
import type { Workspace } from '../../../main/workspace/workspace.ts';
import {
  CHANNEL_FIELDS,
  channelRows,
  INERT_PLANE,
  planeBytes,
  planeCount,
  PRUNED_PLANE,
  shedAndInertRow,
  shedPlane,
  shedRow,
  type ChannelTable,
  type EpochRecord,
  type LayerRecord,
} from '../../../common/records.ts';
import {
  CONTROL,
  generator,
  newRun,
  openTest,
  recordOf,
  RUN,
  SPECIFICATION,
  temporaryFolder,
  THRESHOLDS,
} from './fixtures.ts';

/** A run and its controls are as large as the least network whose counts are stored; one layer's rows are no whole words. */
const LAYERS = [
  { name: 'wide', weights: LARGE_NETWORK, channels: 64 },
  { name: 'dense', weights: 21, channels: 3 },
] as const;
const ROWS = channelRows(THRESHOLDS);
const LABELS = SPECIFICATION.thresholds.map(thresholdLabel);
const PREVIOUS = '000000000003-s1';

/** Noise in every plane, the same for the same numbers; what is pruned is nothing else, and `dense` prunes nothing. */
function layerOf(like: LayerRecord, at: number, salt: number, dense: boolean): LayerRecord {
  const { name, weights, channels } = LAYERS[at]!;
  const size = planeBytes(weights);
  const random = generator(salt * 31 + at);
  const planes = Uint8Array.from({ length: planeCount(THRESHOLDS) * size }, () => random() * 256);
  if (dense) planes.fill(0, 0, size);
  for (let plane = 0; plane < planeCount(THRESHOLDS); plane++) {
    const bits = planes.subarray(plane * size, (plane + 1) * size);
    bits.set(packBits(unpackBits(bits, weights)));
    if (plane !== PRUNED_PLANE) bits.forEach((byte, index) => (bits[index] = byte & ~planes[index]!));
  }
  const table = Float32Array.from({ length: ROWS * channels }, () => random());
  const pruned = countByHand(unpackBits(planes, weights), channels);
  table.set(pruned, CHANNEL_FIELDS.indexOf('pruned') * channels);
  return { ...like, name, weights, channels: table, planes };
}

function record(epoch: number, salt: number, dense = false): EpochRecord {
  const made = recordOf(epoch, salt);
  return { ...made, layers: made.layers.map((layer, at) => layerOf(layer, at, 100 * salt + epoch, dense)) };
}

function countByHand(bits: Uint8Array, channels: number): number[] {
  const counts = Array.from({ length: channels }, () => 0);
  bits.forEach((bit, weight) => (counts[weight % channels]! += bit));
  return counts;
}

/** A layer's table as it must be, weight by weight. */
function tableByHand(control: LayerRecord, run: LayerRecord): Float32Array {
  const { weights } = control;
  const channels = control.channels.length / ROWS;
  const bitsOf = (layer: LayerRecord, plane: number): Uint8Array =>
    unpackBits(layer.planes.subarray(plane * planeBytes(weights)), weights);
  const [gone, own, inert] = [
    bitsOf(run, PRUNED_PLANE),
    bitsOf(control, PRUNED_PLANE),
    bitsOf(control, INERT_PLANE),
  ];
  const expected = control.channels.slice();
  const put = (row: number, bits: Uint8Array): void =>
    expected.set(countByHand(bits, channels), row * channels);
  put(
    CHANNEL_FIELDS.indexOf('pruned'),
    own.map((bit, at) => bit | gone[at]!),
  );
  put(
    CHANNEL_FIELDS.indexOf('inert'),
    inert.map((bit, at) => bit & (1 - gone[at]!)),
  );
  for (let threshold = 0; threshold < THRESHOLDS; threshold++) {
    const shed = bitsOf(control, shedPlane(threshold));
    put(
      shedRow(threshold),
      shed.map((bit, at) => bit & (1 - gone[at]!)),
    );
    put(
      shedAndInertRow(threshold, THRESHOLDS),
      shed.map((bit, at) => bit & inert[at]! & (1 - gone[at]!)),
    );
  }
  return expected;
}

/** Of each epoch the control's record and that of the run which it is counted over. */
function expectTables(
  { epochs }: ReturnType<typeof decodeChannelFrame>,
  expected: readonly (readonly [control: EpochRecord, run: EpochRecord])[],
): void {
  expect([...epochs.keys()]).toEqual(expected.map(([{ epoch }]) => epoch));
  for (const [control, run] of expected)
    control.layers.forEach((layer, at) => {
      const { planes, weights } = run.layers[at]!;
      const keepsAll = planes.subarray(0, planeBytes(weights)).every((byte) => byte === 0);
      const byHand = keepsAll ? layer.channels : tableByHand(layer, run.layers[at]!);
      const { values } = epochs.get(control.epoch)!.get(layer.name)!;
      expect(equalBytes(values, byHand), `${layer.name} of epoch ${control.epoch}`).toBe(true);
    });
}

async function told(workspace: Workspace, control: string, run: string, threshold?: string) {
  const asked = { from: 0, to: 9, keptBy: run, ...(threshold === undefined ? {} : { threshold }) };
  return decodeChannelFrame((await workspace.channelFrame(control, asked)).buffer);
}

/** Does something with the database of a workspace that is closed. */
function inFile<T>(folder: string, work: (database: InstanceType<typeof Database>) => T): T {
  const database = new Database(join(folder, 'workspace.sqlite'));
  try {
    return work(database);
  } finally {
    database.close();
  }
}

function stored(folder: string): unknown[] {
  return inFile(folder, (database) =>
    database
      .prepare(
        `select runs.id, controls.id, epoch from kept_counts
         join runs on runs.number = run join runs as controls on controls.number = kept_counts.control
         order by runs.id, controls.id, epoch`,
      )
      .raw()
      .all(),
  );
}

async function give(workspace: Workspace, id: string, made: EpochRecord) {
  return workspace.recordEpoch(id, structuredClone(made), null, []);
}

/** A run with both kinds of control; at epoch 0 it keeps all, and so does the control of the previous mask. */
const EPOCHS: Record<string, readonly EpochRecord[]> = {
  [RUN]: [record(0, 1, true), record(1, 1), record(2, 1)],
  [CONTROL]: [record(0, 2), record(1, 2), record(2, 2)],
  [PREVIOUS]: [record(0, 3, true), record(1, 3), record(2, 3)],
};
const pairs = (control: string, run: string) =>
  EPOCHS[control]!.map((of, epoch) => [of, EPOCHS[run]![epoch]!] as const);

async function recorded(folder: string): Promise<void> {
  const workspace = await openTest(folder);
  await workspace.addRun(newRun(CONTROL));
  await workspace.addRun(newRun(PREVIOUS, { control: CONTROL }));
  await workspace.addRun(newRun(RUN, { control: CONTROL, previousMask: PREVIOUS }));
  // A control before its run, the run before its controls, and one of each.
  const orders = [
    [CONTROL, RUN, PREVIOUS],
    [RUN, PREVIOUS, CONTROL],
    [PREVIOUS, CONTROL, RUN],
  ];
  for (const [epoch, order] of orders.entries())
    for (const id of order) await give(workspace, id, EPOCHS[id]![epoch]!);
  await workspace.close();
}

it("counts a large control's channels as they are recorded, in any order, and reads no mask for them later", async () => {
  const folder = temporaryFolder();
  await recorded(folder);
  expect(stored(folder)).toEqual(
    [
      [RUN, CONTROL],
      [RUN, PREVIOUS],
      [PREVIOUS, CONTROL],
    ].flatMap(([run, control]) => [1, 2].map((epoch) => [run, control, epoch])),
  );
  inFile(folder, (database) => database.exec('delete from planes'));
  const workspace = await openTest(folder);
  for (const [run, control] of [
    [RUN, CONTROL],
    [RUN, PREVIOUS],
    [PREVIOUS, CONTROL],
  ] as const) {
    const frame = await told(workspace, control, run);
    expect(frame.counts).toBe('stored');
    expectTables(frame, pairs(control, run));
  }
  // At one threshold of the ladder: its rows of the same tables.
  const [whole, one] = [await told(workspace, CONTROL, RUN), await told(workspace, CONTROL, RUN, LABELS[2])];
  for (const { name, channels } of LAYERS) {
    const [all, { values }] = [whole, one].map(({ epochs }) => epochs.get(1)!.get(name)!) as [
      ChannelTable,
      ChannelTable,
    ];
    const row = (table: Float32Array, at: number) => table.slice(at * channels, (at + 1) * channels);
    expect(row(values, shedRow(0))).toEqual(row(all.values, shedRow(2)));
    expect(row(values, shedAndInertRow(0, 1))).toEqual(row(all.values, shedAndInertRow(2, THRESHOLDS)));
  }
  await workspace.removeRun(RUN);
  await workspace.close();
  expect(stored(folder)).toEqual([1, 2].map((epoch) => [PREVIOUS, CONTROL, epoch]));
});

it('counts from the masks what an earlier version did not store', async () => {
  const folder = temporaryFolder();
  await recorded(folder);
  inFile(folder, (database) => database.exec('delete from kept_counts where epoch = 2'));
  const workspace = await openTest(folder);
  const frame = await told(workspace, CONTROL, RUN);
  expect(frame.counts).toBe('masks');
  expectTables(frame, pairs(CONTROL, RUN));
});

it('counts anew what is trained again, and what a run is given: by its trunk, or as a control', async () => {
  const folder = temporaryFolder();
  await recorded(folder);
  const workspace = await openTest(folder);
  // The control's epoch 1 is another now, and its epoch 2 is gone.
  const again = record(1, 4);
  expect(await give(workspace, CONTROL, again)).toBe('replaced');
  const [first] = pairs(CONTROL, RUN);
  const replaced = await told(workspace, CONTROL, RUN);
  expect(replaced.counts).toBe('stored');
  expectTables(replaced, [first!, [again, EPOCHS[RUN]![1]!]]);
  // The run's own epoch 1 is another, and keeps all.
  const kept = record(1, 5, true);
  expect(await give(workspace, RUN, kept)).toBe('replaced');
  expectTables(await told(workspace, CONTROL, RUN), [first!, [again, kept]]);
  expectTables(await told(workspace, PREVIOUS, RUN), [
    pairs(PREVIOUS, RUN)[0]!,
    [EPOCHS[PREVIOUS]![1]!, kept],
  ]);

  const branch = '000000000004-s1';
  await workspace.addRun(newRun(branch, { control: CONTROL }));
  expect(await workspace.adoptEpochs(branch, PREVIOUS, 1)).toEqual({ adopted: 2 });
  const adopted = await told(workspace, CONTROL, branch);
  expect(adopted.counts).toBe('stored');
  expectTables(adopted, [pairs(CONTROL, PREVIOUS)[0]!, [again, EPOCHS[PREVIOUS]![1]!]]);
  // A second study asks for the other control.
  await workspace.addRun(newRun(branch, { previousMask: RUN }));
  await workspace.close();
  expect(stored(folder)).toEqual([
    [PREVIOUS, CONTROL, 1],
    [branch, RUN, 1],
    [branch, CONTROL, 1],
  ]);
});
