import { countWithoutByChannel } from '../codec/channel-counts.ts';
import { andInto } from '../codec/planes.ts';
import {
  CHANNEL_FIELDS,
  INERT_PLANE,
  planeBytes,
  PRUNED_PLANE,
  shedAndInertRow,
  shedPlane,
  shedRow,
} from '../../common/records.ts';
import { compressFloats, packedFloats } from './compression.ts';

/**
 * A layer of a control, counted by channel over the weights that a run beside it keeps, as the excess counts them. Rows of as
 * many numbers as the layer has channels: pruned in either, inert, shed at each threshold, shed and inert at each.
 */

type LayerSize = Readonly<{ weights: number; channels: number }>;

/** Prunable weights from which on counts are stored: in smaller networks counting them takes a few milliseconds. */
export const LARGE_NETWORK = 2 ** 20;

export function keptRows(thresholds: number): number {
  return 2 + 2 * thresholds;
}

/**
 * Counts the layer at thresholds of the control's ladder, given by their positions.
 * @param own planes of the control
 * @param prunedByRun one plane: what the run has pruned
 * @returns [keptRows(positions) × channels]
 */
export function countKept(
  { weights, channels }: LayerSize,
  own: Uint8Array,
  prunedByRun: Uint8Array,
  positions: readonly number[],
): Float32Array<ArrayBuffer> {
  const size = planeBytes(weights);
  const plane = (index: number): Uint8Array => own.subarray(index * size, (index + 1) * size);
  const counts = new Float32Array(keptRows(positions.length) * channels);
  const put = (row: number, bits: Uint8Array): void =>
    counts.set(countWithoutByChannel(bits, prunedByRun, channels), row * channels);
  const prunedHereAlone = countWithoutByChannel(plane(PRUNED_PLANE), prunedByRun, channels);
  const prunedThere = countWithoutByChannel(prunedByRun, new Uint8Array(size), channels);
  counts.set(prunedHereAlone.map((count, channel) => count + prunedThere[channel]!));
  const inert = plane(INERT_PLANE);
  put(1, inert);
  positions.forEach((position, threshold) => {
    const shed = plane(shedPlane(position));
    put(2 + threshold, shed);
    const both = shed.slice();
    andInto(both, inert);
    put(2 + positions.length + threshold, both);
  });
  return counts;
}

/** Counts of all layers of a control, in its order, as they are stored. */
export function encodeKept(layers: readonly Float32Array[]): Uint8Array {
  const joined = new Float32Array(layers.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const counts of layers) {
    joined.set(counts, offset);
    offset += counts.length;
  }
  return compressFloats(joined);
}

/**
 * Stored counts of all layers of a control whose ladder has `thresholds` thresholds: of each layer what `countKept` counts at
 * the given positions of it.
 */
export function decodeKept(
  blob: Uint8Array,
  layers: readonly LayerSize[],
  thresholds: number,
  positions: readonly number[],
): Float32Array<ArrayBuffer>[] {
  const stored = packedFloats(blob);
  const rows = [
    0,
    1,
    ...positions.map((position) => 2 + position),
    ...positions.map((position) => 2 + thresholds + position),
  ];
  let offset = 0;
  return layers.map(({ channels }) => {
    const counts = new Float32Array(rows.length * channels);
    rows.forEach((row, at) =>
      stored.read(offset + row * channels, counts.subarray(at * channels, (at + 1) * channels)),
    );
    offset += keptRows(thresholds) * channels;
    return counts;
  });
}

/** Puts the counts of a layer in the place of those in its channel table, both at the same thresholds. */
export function putKept(
  table: Float32Array,
  counts: Float32Array,
  channels: number,
  thresholds: number,
): void {
  const rows = [
    CHANNEL_FIELDS.indexOf('pruned'),
    CHANNEL_FIELDS.indexOf('inert'),
    ...Array.from({ length: thresholds }, (_, threshold) => shedRow(threshold)),
    ...Array.from({ length: thresholds }, (_, threshold) => shedAndInertRow(threshold, thresholds)),
  ];
  rows.forEach((row, at) => table.set(counts.subarray(at * channels, (at + 1) * channels), row * channels));
}
