import { countWithoutByChannel } from '../../codec/channel-counts.ts';
import { andInto } from '../../codec/planes.ts';
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
} from '../../../common/records.ts';
import type { PlaneChains, StoredLayer } from '../chains.ts';
import { notFound } from '../errors.ts';
import type { StoredTables } from './stored-tables.ts';

const PRUNED_ROW = CHANNEL_FIELDS.indexOf('pruned');
const INERT_ROW = CHANNEL_FIELDS.indexOf('inert');

/**
 * Counts the weights in a control's channel tables anew, over those that the run beside it keeps after the same epoch, as the
 * excess counts them. `pruned` then are the weights that either has pruned; norms and motions stay those of the channel.
 * Epochs that the run lacks are taken out. @throws CascadeError NOT_FOUND where the run lacks one of the layers
 */
export function countOverKept(chains: PlaneChains, control: StoredTables, run: StoredTables): void {
  for (const epoch of [...control.epochs.keys()]) if (!run.epochs.has(epoch)) control.epochs.delete(epoch);
  const rows = channelRows(control.thresholds.length);
  let offset = 0;
  // Layer by layer, because planes of one layer are patches of each other.
  for (const layer of control.layers) {
    const twin = twinOf(layer, run);
    const size = rows * layer.channels;
    for (const [epoch, tables] of control.epochs) {
      const values = tables.subarray(offset, offset + size);
      if (prunesAny(twin, run.epochs.get(epoch)!))
        countLayer(chains, { control, layer, values }, { run, twin }, epoch);
    }
    offset += size;
  }
}

/** The run's layer, and where it begins in its tables. */
interface Twin {
  layer: StoredLayer;
  offset: number;
}

function twinOf({ name, weights }: StoredLayer, run: StoredTables): Twin {
  const rows = channelRows(run.thresholds.length);
  let offset = 0;
  for (const layer of run.layers) {
    if (layer.name === name && layer.weights === weights) return { layer, offset };
    offset += rows * layer.channels;
  }
  throw notFound(`layer '${name}' of ${weights} weights of the run ${run.run.id}`);
}

function prunesAny({ layer, offset }: Twin, tables: Float32Array): boolean {
  const from = offset + PRUNED_ROW * layer.channels;
  return tables.subarray(from, from + layer.channels).some((pruned) => pruned > 0);
}

function countLayer(
  chains: PlaneChains,
  { control, layer, values }: { control: StoredTables; layer: StoredLayer; values: Float32Array },
  { run, twin }: { run: StoredTables; twin: Twin },
  epoch: number,
): void {
  const { channels } = layer;
  const size = planeBytes(layer.weights);
  const theirs = chains.seek(twin.layer, epoch, planeCount(run.run.labels.length));
  const own = chains.seek(layer, epoch, planeCount(control.run.labels.length));
  const plane = (index: number): Uint8Array => own.subarray(index * size, (index + 1) * size);
  const pruned = theirs.subarray(PRUNED_PLANE * size, (PRUNED_PLANE + 1) * size);
  const put = (row: number, counts: ArrayLike<number>): void => values.set(counts, row * channels);
  const prunedByRun = run.epochs.get(epoch)!.subarray(twin.offset + PRUNED_ROW * channels);
  const prunedHereAlone = countWithoutByChannel(plane(PRUNED_PLANE), pruned, channels);
  put(
    PRUNED_ROW,
    prunedHereAlone.map((count, channel) => count + prunedByRun[channel]!),
  );
  const inert = plane(INERT_PLANE);
  put(INERT_ROW, countWithoutByChannel(inert, pruned, channels));
  control.thresholds.forEach((position, threshold) => {
    const shed = plane(shedPlane(position));
    put(shedRow(threshold), countWithoutByChannel(shed, pruned, channels));
    const both = shed.slice();
    andInto(both, inert);
    put(shedAndInertRow(threshold, control.thresholds.length), countWithoutByChannel(both, pruned, channels));
  });
}
