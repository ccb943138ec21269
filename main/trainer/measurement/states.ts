import { countMagnitudes } from '../../../common/cascade/magnitudes.ts';
import { isFreed } from '../../../common/cascade/freed.ts';
import type { PrunableLayer } from '../../../common/network.ts';
import {
  CHANNEL_FIELDS,
  channelRows,
  INERT_PLANE,
  laterRow,
  MOTION_FIELDS,
  planeBytes,
  planeCount,
  PRUNED_PLANE,
  shedAndInertRow,
  shedPlane,
  shedRow,
  type ChannelField,
  type LayerStates,
} from '../../../common/records.ts';
import { unknownMotion, type ChannelMotion } from './free-motion.ts';
import type { MeasuredLayer } from './measured-layer.ts';
import { classifyWeights, type WeightClasses } from './weight-classes.ts';

/** The state of every weight of a layer: counts, the table of its channels, and one bit plane a state. */
export function measureStates(measured: MeasuredLayer): LayerStates {
  const { layer, inertness, thresholds, motion } = measured;
  const channels = layer.outputChannels;
  const steps = thresholds.length;
  const classes = classifyWeights(measured);
  const tally = countByChannel(classes, channels);

  const bytes = planeBytes(layer.weights);
  const planes = new Uint8Array(planeCount(steps) * bytes);
  const table = new Float32Array(channelRows(steps) * channels);
  const counted = (row: number, members: Uint8Array): number => {
    const counts = sumOfClasses(tally, members, channels);
    table.set(counts, row * channels);
    return counts.reduce((sum, count) => sum + count, 0);
  };
  const measuredPlane = (row: number, plane: number, members: Uint8Array): number => {
    const count = counted(row, members);
    if (count > 0) writePlane(classes.of, members, planes.subarray(plane * bytes, (plane + 1) * bytes));
    return count;
  };
  const rowOf = (field: ChannelField): number => CHANNEL_FIELDS.indexOf(field);
  const set = (field: ChannelField, values: ArrayLike<number>): void =>
    table.set(values, rowOf(field) * channels);

  set('norm', classes.squares.map(Math.sqrt));
  set('gamma', measured.gamma ?? new Float32Array(channels).fill(NaN));
  set('beta', measured.beta ?? new Float32Array(channels).fill(NaN));
  set(
    'blocked',
    inertness.outputBlocked.map((blocked, channel) => blocked | inertness.outputZero[channel]!),
  );
  const moved = motion ?? unknownMotion(channels);
  for (const field of MOTION_FIELDS) table.set(moved[field], laterRow(field, steps) * channels);
  const pruned = measuredPlane(rowOf('pruned'), PRUNED_PLANE, classes.pruned);
  return {
    name: layer.name,
    weights: layer.weights,
    pruned,
    ...freedCounts(table, layer, motion),
    inert: measuredPlane(rowOf('inert'), INERT_PLANE, classes.inert),
    shed: classes.shed.map((members, step) => measuredPlane(shedRow(step), shedPlane(step), members)),
    shedAndInert: classes.shed.map((members, step) =>
      counted(
        shedAndInertRow(step, steps),
        members.map((member, index) => member & classes.inert[index]!),
      ),
    ),
    zero: classes.zero,
    norm: Math.sqrt(classes.squares.reduce((sum, square) => sum + square, 0)),
    magnitudes: countMagnitudes(measured.weights, measured.mask),
    channels: table,
    planes,
  };
}

/** Freed channels that keep weights, and those weights. @param table with the row of pruned weights filled in */
function freedCounts(
  table: Float32Array,
  { weights, outputChannels }: PrunableLayer,
  motion: ChannelMotion | null,
): Pick<LayerStates, 'freedChannels' | 'freed'> {
  if (!motion) return { freedChannels: null, freed: null };
  const row = CHANNEL_FIELDS.indexOf('pruned') * outputChannels;
  let [freedChannels, freed] = [0, 0];
  motion.residual.forEach((residual, channel) => {
    const kept = weights / outputChannels - table[row + channel]!;
    if (!isFreed(residual) || kept === 0) return;
    freedChannels += 1;
    freed += kept;
  });
  return { freedChannels, freed };
}

/** Weights of each class in each channel, [classes × channels]. */
function countByChannel({ of, count }: WeightClasses, channels: number): Uint32Array {
  const tally = new Uint32Array(count * channels);
  for (let start = 0; start < of.length; start += channels)
    for (let channel = 0; channel < channels; channel++)
      tally[of[start + channel]! * channels + channel]! += 1;
  return tally;
}

/** Weights of the member classes (1 where a class is one) in each channel. */
function sumOfClasses(tally: Uint32Array, members: Uint8Array, channels: number): Float64Array {
  const sums = new Float64Array(channels);
  members.forEach((member, number) => {
    if (member)
      for (let channel = 0; channel < channels; channel++)
        sums[channel]! += tally[number * channels + channel]!;
  });
  return sums;
}

/** One bit a weight, least significant first: 1 where its class is a member. */
function writePlane(of: Uint8Array, members: Uint8Array, plane: Uint8Array): void {
  const whole = of.length >> 3;
  for (let byte = 0, index = 0; byte < whole; byte++, index += 8)
    plane[byte] =
      members[of[index]!]! |
      (members[of[index + 1]!]! << 1) |
      (members[of[index + 2]!]! << 2) |
      (members[of[index + 3]!]! << 3) |
      (members[of[index + 4]!]! << 4) |
      (members[of[index + 5]!]! << 5) |
      (members[of[index + 6]!]! << 6) |
      (members[of[index + 7]!]! << 7);
  for (let index = whole * 8; index < of.length; index++)
    plane[whole]! |= members[of[index]!]! << (index & 7);
}

/** Standard deviation of a kernel, over all its weights: σ of the relative thresholds. */
export function kernelSigma(weights: Float32Array): number {
  let sum = 0;
  let squares = 0;
  for (let index = 0; index < weights.length; index++) {
    const weight = weights[index]!;
    sum += weight;
    squares += weight * weight;
  }
  const mean = sum / weights.length;
  return Math.sqrt(Math.max(squares / weights.length - mean * mean, 0));
}
