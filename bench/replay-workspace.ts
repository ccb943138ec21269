import {
  CHANNEL_FIELDS,
  INERT_PLANE,
  laterRow,
  planeBytes,
  PRUNED_PLANE,
  shedAndInertRow,
  shedPlane,
  shedRow,
} from '../common/records.ts';
import type { LayerRecord } from '../common/records.ts';
import { DEFAULT_THRESHOLDS } from '../common/thresholds.ts';
import { countWithoutByChannel } from '../main/codec/channel-counts.ts';
import { popcount } from '../main/codec/planes.ts';
import { openWorkspace, type Workspace } from '../main/workspace/workspace.ts';
import { environmentOf, RESNET_50 } from './scale-workspaces.ts';
import {
  change,
  initialLayer,
  integers,
  prune,
  syntheticEpoch,
  syntheticRun,
  type SyntheticLayer,
} from './synthetic-run.ts';

/** A run of ResNet-50's size beside its control, whose channel tables are those of its masks. */

export const REPLAYED = '000000000001-s0';
export const CONTROL = '000000000002-s0';
/** Runs that are shown beside it as well, where that is measured. */
export const OTHERS = ['000000000003-s0', '000000000004-s0'] as const;
/** The epoch at whose end the run is pruned. */
const PRUNED_AT = 3;
/** Share of the bits of each shed plane that changes in an epoch: of real runs 0.1 to 1%. */
const CHANGE = 2e-3;
const THRESHOLDS = DEFAULT_THRESHOLDS.length;

/**
 * @param epochs of each run, the initial state included
 * @param others whether to record the further runs
 */
export async function writeReplayed(folder: string, epochs: number, others: boolean): Promise<void> {
  const workspace = await openWorkspace(folder, { application: 'bench' });
  await record(workspace, CONTROL, null, epochs);
  await record(workspace, REPLAYED, CONTROL, epochs);
  if (others) for (const id of OTHERS) await record(workspace, id, CONTROL, epochs);
  await workspace.close();
}

async function record(
  workspace: Workspace,
  id: string,
  control: string | null,
  epochs: number,
): Promise<void> {
  await workspace.addRun(
    control === null
      ? syntheticRun(id, epochs - 1, [], { arm: 'control' })
      : syntheticRun(id, epochs - 1, [PRUNED_AT], { arm: 'pruned', control }),
  );
  await workspace.setEnvironment(id, environmentOf(RESNET_50));
  await workspace.setState(id, 'running', null);
  const random = integers(control === null ? 1 : 2);
  const layers = RESNET_50.map((shape) => initialLayer(shape, random));
  for (const layer of layers) prune(layer, 0, random);
  for (let epoch = 0; epoch < epochs; epoch++) {
    if (epoch > 0) for (const layer of layers) change(layer, CHANGE, random);
    if (epoch === PRUNED_AT && control !== null) for (const layer of layers) pruneMore(layer, random);
    const phase = epoch === 0 ? 'initial' : epoch <= PRUNED_AT ? 'training' : 'retraining';
    const record = syntheticEpoch(
      epoch,
      phase,
      layers.map(({ record }) => counted(record, epoch)),
    );
    await workspace.recordEpoch(id, record, null, []);
  }
  await workspace.setState(id, 'finished', null);
}

/** Prunes four weights of five: what is pruned is neither inert nor shed. */
function pruneMore(layer: SyntheticLayer, random: () => number): void {
  layer.record.planes.fill(0);
  layer.depths.fill(0);
  prune(layer, 0.8, random);
}

/** A layer as recorded: its planes as they are now, and what they say of it and of its channels. */
function counted(layer: LayerRecord, epoch: number): LayerRecord {
  const size = planeBytes(layer.weights);
  const channels = layer.channels.slice();
  const count = channels.length / (CHANNEL_FIELDS.length + 2 * THRESHOLDS + 3);
  const planes = layer.planes.slice();
  const plane = (index: number): Uint8Array => planes.subarray(index * size, (index + 1) * size);
  const none = new Uint8Array(size);
  const put = (row: number, bits: Uint8Array): void =>
    channels.set(countWithoutByChannel(bits, none, count), row * count);
  const inert = plane(INERT_PLANE);
  put(CHANNEL_FIELDS.indexOf('pruned'), plane(PRUNED_PLANE));
  put(CHANNEL_FIELDS.indexOf('inert'), inert);
  const both = Array.from({ length: THRESHOLDS }, (_, at) =>
    plane(shedPlane(at)).map((byte, i) => byte & inert[i]!),
  );
  both.forEach((bits, at) => {
    put(shedRow(at), plane(shedPlane(at)));
    put(shedAndInertRow(at, THRESHOLDS), bits);
  });
  const fill = (row: number, value: (channel: number) => number): void => {
    for (let channel = 0; channel < count; channel++) channels[row * count + channel] = value(channel);
  };
  fill(CHANNEL_FIELDS.indexOf('norm'), (channel) => Math.sin(channel + 1) ** 2 * 0.97 ** epoch);
  fill(CHANNEL_FIELDS.indexOf('blocked'), (channel) => Number((channel * 7919) % 100 < epoch));
  fill(laterRow('residual', THRESHOLDS), (channel) => ((channel * 104729) % 100 < 2 * epoch ? 0.01 : 1.4));
  return {
    ...layer,
    pruned: popcount(plane(PRUNED_PLANE)),
    inert: popcount(inert),
    shed: both.map((_, at) => popcount(plane(shedPlane(at)))),
    shedAndInert: both.map((bits) => popcount(bits)),
    channels,
    planes,
  };
}
