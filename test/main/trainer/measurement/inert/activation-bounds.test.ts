import { describe, expect, test } from 'vitest';
import { activationRules } from '../../../../../main/trainer/measurement/inert/activation-bounds.ts';
import { ACTIVATIONS, type Activation } from '../../../../../common/network.ts';
import { generator, uniforms } from '../../../../../main/trainer/random.ts';

const { fround } = Math;
const relu6 = (x: number): number => Math.min(Math.max(x, 0), 6);
const sigmoid = (x: number): number => fround(1 / fround(1 + fround(Math.exp(-x))));

/** Activations as float32 computes them. */
const float32: Record<Activation, (x: number) => number> = {
  relu: (x) => Math.max(x, 0),
  relu6,
  'hard-sigmoid': (x) => fround(relu6(fround(x + 3)) * fround(1 / 6)),
  'hard-swish': (x) => fround(fround(x * relu6(fround(x + 3))) / 6),
  sigmoid,
  swish: (x) => fround(x * sigmoid(x)),
};

describe.each(ACTIVATIONS)('%s', (kind) => {
  const { range, constant } = activationRules[kind];
  const of = float32[kind];

  test('no float32 of an interval leaves its range, and a constant interval gives one number', () => {
    const random = generator(1, `range of ${kind}`);
    let constants = 0;
    for (let number = 0; number < 2000; number++) {
      const [centre, width, ...places] = [...uniforms(22, random)] as [number, number, ...number[]];
      const half = 10 ** (4 * width - 3);
      const [low, high] = [fround(16 * centre - 8 - half), fround(16 * centre - 8 + half)];
      const [least, most] = range(low, high);
      const given = [low, high, ...places.map((place) => fround(low + place * (high - low)))].map(of);
      expect(Math.min(...given)).toBeGreaterThanOrEqual(least);
      expect(Math.max(...given)).toBeLessThanOrEqual(most);
      if (!constant(low, high)) continue;
      constants++;
      expect(new Set(given.map((x) => x + 0)).size).toBe(1);
    }
    expect(constants > 0).toBe(kind !== 'sigmoid' && kind !== 'swish');
  });

  test('the range is no wider than it has to be', () => {
    for (const [low, high] of [
      [-4, 4],
      [-2, -1],
      [-1, 7],
      [0, 0],
      [-20, -10],
    ] as const) {
      const outputs = Array.from({ length: 10001 }, (_, step) => of(low + ((high - low) * step) / 10000));
      const [least, most] = range(low, high);
      expect(Math.min(...outputs) - least).toBeLessThan(1e-4);
      expect(most - Math.max(...outputs)).toBeLessThan(1e-4);
    }
  });

  test('a bound that is no number proves nothing', () => {
    for (const [low, high] of [
      [NaN, NaN],
      [NaN, 1],
      [-1, NaN],
    ] as const) {
      expect(constant(low, high)).toBe(false);
      expect(range(low, high).includes(NaN) || range(low, high).every((bound) => bound !== 0)).toBe(true);
    }
  });
});
