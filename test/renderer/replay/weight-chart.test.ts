import { describe, expect, it } from 'vitest';
import type { WeightForecast } from '../../../common/contract/weight-schemas.ts';
import { ACTIVE, INERT, PRUNED, SHED } from '../../../common/cascade/composition.ts';
import { INERT_PLANE, PRUNED_PLANE, shedPlane } from '../../../common/records.ts';
import { crossings, decadeAxis, magnitudes, thresholdValues } from '../../../renderer/replay/weight-chart.ts';
import { weightParts, withPart } from '../../../renderer/replay/weight-parts.ts';
import { weightName } from '../../../renderer/replay/weight-planes.ts';

const THRESHOLDS = [1e-2, 1e-3, null];
const bits = (...planes: number[]) => planes.reduce((state, plane) => state | (1 << plane), 0);

describe('what is known of a weight', () => {
  it('is its value, or the thresholds that its states say it lies between', () => {
    const history = {
      epochs: [0, 1, 2, 3, 5],
      states: [
        0,
        bits(shedPlane(0)),
        bits(shedPlane(0), shedPlane(1), INERT_PLANE),
        bits(PRUNED_PLANE),
        bits(INERT_PLANE),
      ],
      values: [-0.5, null, null, null, null],
    };
    expect(magnitudes(history, THRESHOLDS, 1)).toEqual([
      { epoch: 0, value: 0.5, least: 1e-2, most: Infinity, state: ACTIVE },
      { epoch: 1, value: null, least: 1e-3, most: 1e-2, state: ACTIVE },
      { epoch: 2, value: null, least: 0, most: 1e-3, state: SHED },
      { epoch: 3, value: null, least: 0, most: 0, state: PRUNED },
      { epoch: 5, value: null, least: 1e-2, most: Infinity, state: INERT },
    ]);
    expect(thresholdValues([{ absolute: 1e-3 }, { sigma: 1e-3 }], 0.2)).toEqual([1e-3, 2e-4]);
    expect(thresholdValues([{ sigma: 1e-3 }], null)).toEqual([null]);
  });

  it('crosses thresholds where the forecast says so, and not what it is below already', () => {
    const forecast: WeightForecast = {
      none: null,
      from: 4,
      start: 0.02,
      magnitudes: [0.008, 0.004, 9e-4],
      tenfold: 2.5,
      end: 'run',
    };
    const thresholds = [3e-2, 1e-2, 5e-3, 1e-3, 1e-4, null];
    expect(crossings(forecast, thresholds, 5)).toEqual([
      { kind: 'below' },
      { kind: 'below' },
      { kind: 'crosses', epoch: 6 },
      { kind: 'crosses', epoch: 7 },
      { kind: 'not-within' },
      { kind: 'unknown' },
    ]);
  });

  it('is drawn between whole decades that hold every number; zero stands at the foot', () => {
    const axis = decadeAxis([0.5, 3e-4, 0, Infinity]);
    expect(axis).toMatchObject({ low: -4, high: 0 });
    expect(axis.place(1)).toBe(1);
    expect(axis.place(0.01)).toBeCloseTo(0.5);
    expect(axis.place(0)).toBe(0);
    expect(decadeAxis([])).toMatchObject({ low: -1, high: 0 });
    expect(decadeAxis([1e-38, 1])).toMatchObject({ low: -16, high: 0 });
    expect(decadeAxis([0.1])).toMatchObject({ low: -2, high: -1 });
  });
});

describe('the place of a weight', () => {
  const layers = [
    { kind: 'dense', shape: [7, 3], weights: 21, columns: 3 },
    { kind: 'conv', shape: [3, 2, 4, 5], weights: 120, columns: 5 },
    { kind: 'depthwise', shape: [3, 3, 4, 2], weights: 72, columns: 8 },
    { kind: 'pointwise', shape: [1, 1, 6, 5], weights: 30, columns: 5 },
  ] as const;

  it.each(layers)('is told in parts that make it up: $kind', ({ kind, shape, weights }) => {
    const layer = { kind, shape: [...shape], weights };
    for (let index = 0; index < weights; index += 1) {
      const parts = weightParts(layer, index);
      expect(parts.reduce((sum, { value, stride }) => sum + value * stride, 0)).toBe(index);
      for (const part of parts) {
        const moved = withPart(index, part, part.size - 1);
        const again = weightParts(layer, moved);
        for (const other of again)
          expect(other.value).toBe(
            other.name === part.name ? part.size - 1 : parts.find(({ name }) => name === other.name)!.value,
          );
      }
    }
  });

  it('is the one that the matrix names, and no typed number leaves the kernel', () => {
    const layer = { kind: 'conv' as const, shape: [3, 2, 4, 5], weights: 120 };
    const index = 87;
    const told = Object.fromEntries(weightParts(layer, index).map(({ name, value }) => [name, value]));
    expect(weightName('conv', layer.shape, Math.floor(index / 5), index % 5)).toBe(
      `kernel (${told['kernel row']}, ${told['kernel column']}), input ${told['input']} → output ${told['output']}`,
    );
    const output = weightParts(layer, index).find(({ name }) => name === 'output')!;
    expect(withPart(index, output, 99)).toBe(index + (4 - output.value));
    expect(withPart(index, output, -3)).toBe(index - output.value);
    expect(withPart(index, output, NaN)).toBe(index);
  });
});
