import type { ChannelCounts } from '../../../common/codec/frames.ts';
import {
  CHANNEL_FIELDS,
  channelRows,
  planeBytes,
  planeCount,
  PRUNED_PLANE,
} from '../../../common/records.ts';
import { layersOf, type PlaneChains, type StoredLayer } from '../chains.ts';
import { decodeChannelTables } from '../channel-tables.ts';
import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import { countKept, decodeKept, putKept } from '../kept-counts.ts';
import type { StoredRun } from './stored-run.ts';
import type { StoredTables } from './stored-tables.ts';

const PRUNED_ROW = CHANNEL_FIELDS.indexOf('pruned');

/**
 * Puts in a control's channel tables its weights over those that the run beside it keeps after the same epoch, as the excess
 * counts them. `pruned` then are the weights that either has pruned; norms and motions stay those of the channel. Counts that
 * the writer stored are taken, others are counted from the masks. Epochs that the run lacks are taken out.
 * @returns where the counts come from; null where nothing was counted, because the run keeps all
 * @throws CascadeError NOT_FOUND where the run lacks one of the layers
 */
export function countOverKept(
  database: Connection,
  chains: PlaneChains,
  control: StoredTables,
  run: StoredRun,
): ChannelCounts | null {
  const layers = layersOf(database, run.number);
  const twins = control.layers.map((layer) => twinOf(layer, run, layers));
  let counts: ChannelCounts | null = null;
  const rest = new Map<number, Float32Array>();
  for (const [epoch, tables] of control.epochs) {
    const stored = storedCounts(database, control, run, epoch);
    const pruned = stored ? null : prunedByChannel(database, run, layers, epoch);
    if (stored) {
      putAll(control, tables, stored);
      counts = 'stored';
    } else if (pruned) rest.set(epoch, pruned);
    else control.epochs.delete(epoch);
  }
  let offset = 0;
  // Layer by layer, because planes of one layer are patches of each other.
  control.layers.forEach((layer, index) => {
    const { layer: twin, channels } = twins[index]!;
    const size = channelRows(control.thresholds.length) * layer.channels;
    for (const [epoch, pruned] of rest) {
      if (!pruned.subarray(channels, channels + twin.channels).some((count) => count > 0)) continue;
      const table = control.epochs.get(epoch)!.subarray(offset, offset + size);
      const prunedByRun = chains
        .seek(twin, epoch, planeCount(run.labels.length))
        .subarray(PRUNED_PLANE * planeBytes(twin.weights), (PRUNED_PLANE + 1) * planeBytes(twin.weights));
      const own = chains.seek(layer, epoch, planeCount(control.run.labels.length));
      putKept(
        table,
        countKept(layer, own, prunedByRun, control.thresholds),
        layer.channels,
        control.thresholds.length,
      );
      counts = 'masks';
    }
    offset += size;
  });
  return counts;
}

/** The run's layer, and how many channels those before it have. */
interface Twin {
  layer: StoredLayer;
  channels: number;
}

function twinOf({ name, weights }: StoredLayer, run: StoredRun, layers: readonly StoredLayer[]): Twin {
  let channels = 0;
  for (const layer of layers) {
    if (layer.name === name && layer.weights === weights) return { layer, channels };
    channels += layer.channels;
  }
  throw notFound(`layer '${name}' of ${weights} weights of the run ${run.id}`);
}

/** How many weights the run has pruned in each channel of all its layers; null where it lacks the epoch. */
function prunedByChannel(
  database: Connection,
  run: StoredRun,
  layers: readonly StoredLayer[],
  epoch: number,
): Float32Array | null {
  const bytes = prepared(database, 'select bytes from channel_tables where run = ? and epoch = ?')
    .pluck()
    .get(run.number, epoch) as Uint8Array | undefined;
  return bytes ? decodeChannelTables(bytes, layers, run.labels.length, [PRUNED_ROW]) : null;
}

function storedCounts(
  database: Connection,
  control: StoredTables,
  run: StoredRun,
  epoch: number,
): Float32Array[] | null {
  const bytes = prepared(
    database,
    'select bytes from kept_counts where run = ? and control = ? and epoch = ?',
  )
    .pluck()
    .get(run.number, control.run.number, epoch) as Uint8Array | undefined;
  return bytes ? decodeKept(bytes, control.layers, control.run.labels.length, control.thresholds) : null;
}

function putAll({ layers, thresholds }: StoredTables, tables: Float32Array, counts: Float32Array[]): void {
  let offset = 0;
  layers.forEach(({ channels }, index) => {
    const size = channelRows(thresholds.length) * channels;
    putKept(tables.subarray(offset, offset + size), counts[index]!, channels, thresholds.length);
    offset += size;
  });
}
