import { describe, expect, test } from 'vitest';
import type { LayerInertness } from '../../../../main/trainer/measurement/inert/inert.ts';
import type { KernelKind, PrunableLayer } from '../../../../common/network.ts';
import { generator, integer, normals, uniforms, type Random } from '../../../../main/trainer/random.ts';
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
  type LayerStates,
} from '../../../../common/records.ts';
import { absoluteThresholds, DEFAULT_THRESHOLDS } from '../../../../common/thresholds.ts';
import type { MeasuredLayer } from '../../../../main/trainer/measurement/measured-layer.ts';
import { kernelSigma, measureStates } from '../../../../main/trainer/measurement/states.ts';

function layerOf(
  kind: KernelKind,
  shape: number[],
  inputChannels: number,
  outputChannels: number,
  groups?: number,
): PrunableLayer {
  const weights = shape.reduce((product, length) => product * length, 1);
  return {
    name: kind,
    kind,
    ...(groups === undefined ? {} : { groups }),
    kernel: `${kind}.weight`,
    shape,
    weights,
    inputChannels,
    outputChannels,
    macs: weights,
  };
}

/** Sizes that are no multiples of eight, a convolution of groups, and a depthwise layer of two kernels a channel. */
const LAYERS: readonly PrunableLayer[] = [
  layerOf('dense', [13, 7], 13, 7),
  layerOf('conv', [3, 3, 5, 6], 5, 6),
  layerOf('conv', [3, 3, 2, 9], 6, 9, 3),
  layerOf('pointwise', [1, 1, 5, 11], 5, 11),
  layerOf('depthwise', [3, 3, 5, 2], 5, 10),
];

const bits = (length: number, share: number, random: Random): Uint8Array =>
  Uint8Array.from(uniforms(length, random), (x) => (x < share ? 1 : 0));

/** A layer with a bit of everything: weights at, just above and below thresholds, zeros kept and pruned, dead channels. */
function randomLayer(layer: PrunableLayer, random: Random): MeasuredLayer {
  const thresholds = Float32Array.of(1e-2, 1e-3, 1e-4, 1e-10, 3e-3, 1e-3);
  const mask = bits(layer.weights, 0.7, random);
  const drawn = normals(layer.weights, random);
  const weights = Float32Array.from(drawn, (x, index) => {
    if (mask[index] === 0) return 0;
    const sign = x < 0 ? -1 : 1;
    const place = integer(6, random);
    if (place < 3) return x * 10 ** -place * 0.1;
    if (place === 3) return sign * thresholds[integer(thresholds.length, random)]!;
    if (place === 4) return sign * thresholds[integer(thresholds.length, random)]! * (1 + 2 ** -23);
    return sign * 0;
  });
  const inertness: LayerInertness = {
    inputZero: bits(layer.inputChannels, 0.3, random),
    outputZero: bits(layer.outputChannels, 0.2, random),
    outputBlocked: bits(layer.outputChannels, 0.2, random),
  };
  const vector = (): Float32Array => Float32Array.from(normals(layer.outputChannels, random));
  return { layer, weights, mask, inertness, thresholds, gamma: vector(), beta: vector(), motion: null };
}

const bitOf = (record: LayerStates, plane: number, index: number): number =>
  (record.planes[plane * planeBytes(record.weights) + (index >> 3)]! >> (index & 7)) & 1;
const cell = (record: LayerStates, row: number, channels: number, channel: number): number =>
  record.channels[row * channels + channel]!;
const rowOf = (field: ChannelField): number => CHANNEL_FIELDS.indexOf(field);

/** Every state of a weight by its definition, one weight at a time. */
function stateOf({ layer, weights, mask, inertness, thresholds }: MeasuredLayer, index: number) {
  const to = index % layer.outputChannels;
  // A depthwise layer has a group an input channel.
  const groups = layer.kind === 'depthwise' ? layer.inputChannels : (layer.groups ?? 1);
  const width = layer.inputChannels / groups;
  const group = Math.floor(to / (layer.outputChannels / groups));
  const from = group * width + (Math.floor(index / layer.outputChannels) % width);
  const kept = mask[index] === 1;
  const zero = kept && weights[index] === 0;
  return {
    to,
    zero,
    pruned: !kept,
    inert: kept && (inertness.inputZero[from] === 1 || inertness.outputBlocked[to] === 1 || zero),
    shed: [...thresholds].map((threshold) => kept && Math.abs(weights[index]!) <= threshold),
  };
}

describe.each(LAYERS.map((layer) => [layer.kind, layer.groups ?? 1, layer] as const))(
  '%s, groups: %i',
  (_kind, _groups, layer) => {
    const cases = Array.from({ length: 5 }, (_, number) =>
      randomLayer(layer, generator(number, `measured ${layer.kind}`)),
    );

    test('planes and counts are those of a recount, weight by weight', () => {
      for (const measured of cases) {
        const record = measureStates(measured);
        const steps = measured.thresholds.length;
        const states = Array.from({ length: layer.weights }, (_, index) => stateOf(measured, index));
        states.forEach((state, index) => {
          expect(bitOf(record, PRUNED_PLANE, index)).toBe(Number(state.pruned));
          expect(bitOf(record, INERT_PLANE, index)).toBe(Number(state.inert));
          for (let step = 0; step < steps; step++)
            expect(bitOf(record, shedPlane(step), index)).toBe(Number(state.shed[step]));
        });
        const count = (of: (state: (typeof states)[number]) => boolean): number => states.filter(of).length;
        expect(record).toMatchObject({
          name: layer.name,
          weights: layer.weights,
          pruned: count(({ pruned }) => pruned),
          inert: count(({ inert }) => inert),
          zero: count(({ zero }) => zero),
          shed: [...measured.thresholds.keys()].map((step) => count(({ shed }) => shed[step]!)),
          shedAndInert: [...measured.thresholds.keys()].map((step) =>
            count(({ shed, inert }) => inert && shed[step]!),
          ),
        });
        expect(record.zero).toBeGreaterThan(0);
        expect(record.planes).toHaveLength(planeCount(steps) * planeBytes(layer.weights));
      }
    });

    test('the channel table is that of a recount', () => {
      for (const measured of cases) {
        const record = measureStates(measured);
        const steps = measured.thresholds.length;
        const channels = layer.outputChannels;
        expect(record.channels).toHaveLength(channelRows(steps) * channels);
        for (let channel = 0; channel < channels; channel++) {
          const own = [...measured.weights.keys()]
            .filter((index) => index % channels === channel)
            .map((index) => ({ ...stateOf(measured, index), weight: measured.weights[index]! }));
          const at = (row: number): number => cell(record, row, channels, channel);
          expect(at(rowOf('pruned'))).toBe(own.filter(({ pruned }) => pruned).length);
          expect(at(rowOf('inert'))).toBe(own.filter(({ inert }) => inert).length);
          for (let step = 0; step < steps; step++) {
            expect(at(shedRow(step))).toBe(own.filter(({ shed }) => shed[step]).length);
            expect(at(shedAndInertRow(step, steps))).toBe(
              own.filter(({ shed, inert }) => inert && shed[step]).length,
            );
          }
          expect(at(rowOf('norm'))).toBeCloseTo(Math.hypot(...own.map(({ weight }) => weight)), 6);
          expect(at(rowOf('gamma'))).toBe(measured.gamma![channel]);
          expect(at(rowOf('beta'))).toBe(measured.beta![channel]);
          const { outputBlocked, outputZero } = measured.inertness;
          expect(at(rowOf('blocked'))).toBe(outputBlocked[channel]! | outputZero[channel]!);
        }
        expect(record.norm).toBeCloseTo(Math.hypot(...measured.weights), 6);
      }
    });
  },
);

describe('a small layer by hand', () => {
  const layer = layerOf('dense', [2, 2], 2, 2);
  const alive: LayerInertness = {
    inputZero: new Uint8Array(2),
    outputZero: new Uint8Array(2),
    outputBlocked: new Uint8Array(2),
  };
  const measure = (weights: number[], change: Partial<MeasuredLayer> = {}): LayerStates =>
    measureStates({
      layer,
      weights: Float32Array.from(weights),
      mask: new Uint8Array(4).fill(1),
      inertness: alive,
      thresholds: Float32Array.of(1e-2, 1e-4),
      gamma: null,
      beta: null,
      motion: null,
      ...change,
    });

  test('a threshold is among the shed: |w| ≤ τ, of either sign', () => {
    const above = Math.fround(1e-2) * (1 + 2 ** -23);
    const { shed, planes } = measure([1e-2, -1e-2, above, -1e-4]);
    expect(shed).toEqual([3, 1]);
    expect([...planes]).toEqual([0, 0, 0b1011, 0b1000]);
  });

  test('a pruned weight is neither shed nor inert nor zero; a kept zero is all of them', () => {
    const record = measure([0, 0, 1, 1], { mask: Uint8Array.of(0, 1, 1, 1) });
    expect(record).toMatchObject({ pruned: 1, shed: [1, 1], inert: 1, shedAndInert: [1, 1], zero: 1 });
    expect([...record.planes]).toEqual([0b0001, 0b0010, 0b0010, 0b0010]);
  });

  test('pruned comes from the mask alone', () => {
    expect(measure([0, 0, 0, 0]).pruned).toBe(0);
    expect(measure([0, 0, 0, 0], { mask: new Uint8Array(4) })).toMatchObject({
      pruned: 4,
      shed: [0, 0],
      inert: 0,
      zero: 0,
    });
  });

  test('γ and β are NaN where there is no batch norm', () => {
    const { channels } = measure([1, 1, 1, 1]);
    for (const field of ['gamma', 'beta'] as const)
      for (const channel of [0, 1]) expect(channels[rowOf(field) * 2 + channel]).toBeNaN();
  });

  test('a relative threshold is a multiple of the layer’s own σ', () => {
    // σ of 1, −1, 3, −3 is √5: a thousandth of it is 0.002236….
    const sigma = kernelSigma(Float32Array.of(1, -1, 3, -3));
    expect(sigma).toBeCloseTo(Math.sqrt(5), 12);
    const thresholds = absoluteThresholds([{ absolute: 1e-3 }, { sigma: 1e-3 }], sigma);
    expect(measure([0.001, 0.0022, 0.0023, 1], { thresholds }).shed).toEqual([1, 2]);
    expect(absoluteThresholds(DEFAULT_THRESHOLDS, sigma)[5]).toBe(Math.fround(1e-3 * sigma));
  });

  test('σ is taken about the mean', () => {
    expect(kernelSigma(Float32Array.of(5, 5, 5))).toBe(0);
    expect(kernelSigma(Float32Array.of(4, 6))).toBe(1);
  });

  test('without thresholds there are still pruned and inert', () => {
    const record = measure([1, 0, 1, 1], {
      thresholds: new Float32Array(0),
      mask: Uint8Array.of(0, 1, 1, 1),
    });
    expect(record).toMatchObject({ pruned: 1, inert: 1, shed: [], shedAndInert: [] });
    expect([...record.planes]).toEqual([0b0001, 0b0010]);
  });
});
