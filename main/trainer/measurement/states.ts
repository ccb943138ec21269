import type { LayerInertness } from '../../../common/cascade/inert.ts';
import type { PrunableLayer } from '../../../common/network.ts';
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
  type ChannelField,
  type LayerRecord,
} from '../../../common/records.ts';

export interface MeasuredLayer {
  layer: PrunableLayer;
  /** The kernel with its mask applied. */
  weights: Float32Array;
  /** 1 where kept: the only source of 'pruned', which is never inferred from a zero weight. */
  mask: Uint8Array;
  inertness: LayerInertness;
  /** Absolute thresholds of this layer, in the ladder's order. */
  thresholds: Float32Array;
  /** Batch norm's γ and β behind this layer's channels, where there are any. */
  gamma: Float32Array | null;
  beta: Float32Array | null;
}

/** The state of every weight of a layer: counts, the table of its channels, and one bit plane a state. */
export function measureStates(measured: MeasuredLayer): LayerRecord {
  const { layer, weights, mask, inertness, thresholds } = measured;
  const channels = layer.outputChannels;
  const steps = thresholds.length;
  const bytes = planeBytes(layer.weights);
  const planes = new Uint8Array(planeCount(steps) * bytes);
  const table = new Float32Array(channelRows(steps) * channels);
  const row = (field: ChannelField): number => CHANNEL_FIELDS.indexOf(field) * channels;
  const prunedRow = row('pruned');
  const inertRow = row('inert');
  const squares = new Float64Array(channels);
  const inputs = layer.inputChannels;
  const depthwise = layer.kind === 'depthwise';
  let zero = 0;

  for (let line = 0, index = 0; index < weights.length; line++) {
    const lineInput = line % inputs;
    for (let channel = 0; channel < channels; channel++, index++) {
      const byte = index >> 3;
      const bit = 1 << (index & 7);
      if (mask[index] === 0) {
        planes[PRUNED_PLANE * bytes + byte]! |= bit;
        table[prunedRow + channel]! += 1;
        continue;
      }
      const weight = weights[index]!;
      const magnitude = Math.abs(weight);
      squares[channel]! += weight * weight;
      if (magnitude === 0) zero++;
      const input = depthwise ? Math.floor((channel * inputs) / channels) : lineInput;
      const inert = inertness.outputBlocked[channel] === 1 || inertness.inputZero[input] === 1;
      if (inert) {
        planes[INERT_PLANE * bytes + byte]! |= bit;
        table[inertRow + channel]! += 1;
      }
      for (let step = 0; step < steps; step++) {
        if (magnitude <= thresholds[step]!) {
          planes[shedPlane(step) * bytes + byte]! |= bit;
          table[shedRow(step) * channels + channel]! += 1;
          if (inert) table[shedAndInertRow(step, steps) * channels + channel]! += 1;
        }
      }
    }
  }

  table.set(
    squares.map((square) => Math.sqrt(square)),
    row('norm'),
  );
  table.set(measured.gamma ?? new Float32Array(channels).fill(NaN), row('gamma'));
  table.set(measured.beta ?? new Float32Array(channels).fill(NaN), row('beta'));
  table.set(inertness.outputBlocked, row('blocked'));
  const total = (start: number): number => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += table[start + channel]!;
    return sum;
  };
  return {
    name: layer.name,
    weights: layer.weights,
    pruned: total(prunedRow),
    inert: total(inertRow),
    shed: Array.from({ length: steps }, (_, step) => total(shedRow(step) * channels)),
    shedAndInert: Array.from({ length: steps }, (_, step) => total(shedAndInertRow(step, steps) * channels)),
    zero,
    norm: Math.sqrt(squares.reduce((sum, square) => sum + square, 0)),
    channels: table,
    planes,
  };
}

/** Standard deviation of a kernel, over all its weights: σ of the relative thresholds. */
export function kernelSigma(weights: Float32Array): number {
  let sum = 0;
  let squares = 0;
  for (const weight of weights) {
    sum += weight;
    squares += weight * weight;
  }
  const mean = sum / weights.length;
  return Math.sqrt(Math.max(squares / weights.length - mean * mean, 0));
}
