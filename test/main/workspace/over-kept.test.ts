import { expect, it } from 'vitest';
import { decodeChannelFrame } from '../../../common/codec/channel-frames.ts';
import { decodeRows } from '../../../common/codec/rows.ts';
import { thresholdLabel } from '../../../common/thresholds.ts';
import { unpackBits } from '../../../main/codec/planes.ts';
import {
  CHANNEL_FIELDS,
  channelRows,
  INERT_PLANE,
  LATER_CHANNEL_FIELDS,
  laterRow,
  planeBytes,
  PRUNED_PLANE,
  shedAndInertRow,
  shedPlane,
  shedRow,
  type EpochRecord,
  type LayerRecord,
} from '../../../common/records.ts';
import { CONTROL, newRun, openTest, recordOf, RUN, temporaryFolder, THRESHOLDS } from './fixtures.ts';

const PRUNED_ROW = CHANNEL_FIELDS.indexOf('pruned');
const INERT_ROW = CHANNEL_FIELDS.indexOf('inert');
const ROWS = channelRows(THRESHOLDS);
const LABELS = newRun(RUN).specification.thresholds.map(thresholdLabel);

function bitsOf({ planes, weights }: LayerRecord, plane: number): Uint8Array {
  return unpackBits(planes.subarray(plane * planeBytes(weights)), weights);
}

function channelsOf(layer: LayerRecord): number {
  return layer.channels.length / ROWS;
}

/** How many weights of each channel are as a function of their index says. */
function countByHand(layer: LayerRecord, is: (weight: number) => boolean): number[] {
  const counts = Array.from({ length: channelsOf(layer) }, () => 0);
  for (let weight = 0; weight < layer.weights; weight++) if (is(weight)) counts[weight % counts.length]! += 1;
  return counts;
}

/** A record whose channel tables tell what its masks say of how many weights are pruned; `dense` where it prunes none. */
function record(epoch: number, salt: number, dense = false): EpochRecord {
  const made = recordOf(epoch, salt);
  for (const layer of made.layers) {
    if (dense) layer.planes.subarray(0, planeBytes(layer.weights)).fill(0);
    const pruned = bitsOf(layer, PRUNED_PLANE);
    layer.channels.set(
      countByHand(layer, (weight) => pruned[weight] === 1),
      PRUNED_ROW * channelsOf(layer),
    );
  }
  return made;
}

/** The control's table as it must be: counts over what the run keeps, weight by weight, and all other rows as they were. */
function tableByHand(control: LayerRecord, run: LayerRecord): number[] {
  const gone = bitsOf(run, PRUNED_PLANE);
  const own = bitsOf(control, PRUNED_PLANE);
  const inert = bitsOf(control, INERT_PLANE);
  const expected = control.channels.slice();
  const put = (row: number, is: (weight: number) => boolean): void =>
    expected.set(countByHand(control, is), row * channelsOf(control));
  put(PRUNED_ROW, (weight) => gone[weight] === 1 || own[weight] === 1);
  put(INERT_ROW, (weight) => gone[weight] === 0 && inert[weight] === 1);
  for (let threshold = 0; threshold < THRESHOLDS; threshold++) {
    const shed = bitsOf(control, shedPlane(threshold));
    put(shedRow(threshold), (weight) => gone[weight] === 0 && shed[weight] === 1);
    put(
      shedAndInertRow(threshold, THRESHOLDS),
      (weight) => gone[weight] === 0 && shed[weight] === 1 && inert[weight] === 1,
    );
  }
  return [...expected];
}

it('counts the channels of a control over the weights that the run keeps, epoch by epoch', async () => {
  const workspace = await openTest(temporaryFolder());
  await workspace.addRun(newRun(CONTROL));
  await workspace.addRun(newRun(RUN, { control: CONTROL }));
  // The run prunes nothing at epoch 0, and has not got as far as its control.
  const ofRun = (epoch: number): EpochRecord => record(epoch, 1, epoch === 0);
  const ofControl = (epoch: number): EpochRecord => record(epoch, 2);
  for (const epoch of [0, 1, 2]) await workspace.recordEpoch(RUN, ofRun(epoch), null, []);
  for (const epoch of [0, 1, 2, 3]) await workspace.recordEpoch(CONTROL, ofControl(epoch), null, []);

  const frame = await workspace.channelFrame(CONTROL, { from: 0, to: 9, keptBy: RUN });
  const { epochs } = decodeChannelFrame(frame.buffer);
  expect([...epochs.keys()]).toEqual([0, 1, 2]);
  for (const [epoch, tables] of epochs)
    ofControl(epoch).layers.forEach((layer, position) => {
      const expected = epoch === 0 ? [...layer.channels] : tableByHand(layer, ofRun(epoch).layers[position]!);
      expect([...tables.get(layer.name)!.values], `${layer.name} of epoch ${epoch}`).toEqual(expected);
    });

  const own = decodeChannelFrame((await workspace.channelFrame(CONTROL, { from: 3, to: 3 })).buffer);
  expect([...own.epochs.get(3)!.get('conv')!.values]).toEqual([...ofControl(3).layers[0]!.channels]);
  // At one threshold of the ladder: its rows of the same tables, beside those of none.
  for (const asked of [{}, { keptBy: RUN }]) {
    const whole = decodeChannelFrame(
      (await workspace.channelFrame(CONTROL, { from: 0, to: 2, ...asked })).buffer,
    );
    for (const [position, threshold] of LABELS.entries()) {
      const frame = await workspace.channelFrame(CONTROL, { from: 0, to: 2, ...asked, threshold });
      const one = decodeChannelFrame(frame.buffer);
      expect(one.thresholds).toEqual([threshold]);
      expect([...one.epochs.keys()]).toEqual([0, 1, 2]);
      for (const [epoch, tables] of one.epochs)
        for (const [name, { values, channels, thresholds }] of tables) {
          const all = whole.epochs.get(epoch)!.get(name)!.values;
          const rows = [
            ...CHANNEL_FIELDS.keys(),
            shedRow(position),
            shedAndInertRow(position, THRESHOLDS),
            ...LATER_CHANNEL_FIELDS.map((field) => laterRow(field, THRESHOLDS)),
          ];
          expect(thresholds).toBe(1);
          expect([...values]).toEqual(
            rows.flatMap((row) => [...all.subarray(row * channels, (row + 1) * channels)]),
          );
        }
    }
  }
  await expect(workspace.channelFrame(CONTROL, { from: 0, to: 1, threshold: '7' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  await expect(
    workspace.channelFrame(CONTROL, { from: 0, to: 1, keptBy: 'ffffffffffff-s1' }),
  ).rejects.toThrow(/run 'ffffffffffff-s1'/);
});

it('counts the channels that are blocked, epoch by epoch', async () => {
  const workspace = await openTest(temporaryFolder());
  await workspace.addRun(newRun(RUN));
  const blocked = CHANNEL_FIELDS.indexOf('blocked');
  const stored = [0, 1, 2].map((epoch) => {
    const made = recordOf(epoch);
    made.layers.forEach((layer, position) => {
      const flags = countByHand(layer, () => false).map((_, channel) => Number(channel <= epoch + position));
      layer.channels.set(flags, blocked * flags.length);
    });
    return made;
  });
  const expected = stored.map(({ epoch, layers }) => ({
    epoch,
    channels: layers.reduce(
      (sum, layer, position) => sum + Math.min(channelsOf(layer), epoch + position + 1),
      0,
    ),
  }));
  for (const made of stored) await workspace.recordEpoch(RUN, made, null, []);
  expect(decodeRows(await workspace.blockedFrame(RUN, 1, 9)).rows).toEqual(expected.slice(1));
});
