import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import { gradientClippings } from '../../../../main/trainer/optimization/gradient-clipping/registry.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', precision: 'float64' });
});
afterAll(() => engine?.dispose());

function clipped(options: NamedOptions, gradients: readonly (readonly number[])[]): number[][] {
  return engine.tf.tidy(() =>
    gradientClippings
      .open(options)
      .clip(
        engine,
        gradients.map((values) => engine.constant(Float64Array.from(values), [values.length], 'float64')),
      )
      .map((tensor) => {
        const handle = engine.handleOf(tensor);
        const values = [...(engine.download(handle) as Float64Array)];
        handle.release();
        return values;
      }),
  );
}

test('by norm: all gradients together, scaled by maximum ÷ (norm + 1e-6)', () => {
  const scale = 2 / (13 + 1e-6);
  const found = clipped({ name: 'norm', maximum: 2 }, [[3, 4], [-12]]);
  expect(found[0]![0]).toBeCloseTo(3 * scale, 14);
  expect(found[0]![1]).toBeCloseTo(4 * scale, 14);
  expect(found[1]![0]).toBeCloseTo(-12 * scale, 14);
});

test('by norm: shorter gradients are left as they are, to the bit', () => {
  const gradients = [[0.1, -0.3], [0.7]];
  expect(clipped({ name: 'norm', maximum: 1 }, gradients)).toEqual(gradients);
  expect(clipped({ name: 'norm', maximum: 1 }, [[0], [0]])).toEqual([[0], [0]]);
});

test('by norm: a gradient that is not a number is not hidden', () => {
  expect(
    clipped({ name: 'norm', maximum: 1 }, [[NaN], [1]])
      .flat()
      .every(Number.isNaN),
  ).toBe(true);
});

test('by value: every element within ± maximum', () => {
  expect(
    clipped({ name: 'value', maximum: 0.5 }, [
      [3, -0.2, 0],
      [-4, 0.5],
    ]),
  ).toEqual([
    [0.5, -0.2, 0],
    [-0.5, 0.5],
  ]);
});

test.each(gradientClippings.all.map(({ name }) => [name]))('%s refuses a maximum of nothing', (name) => {
  const { options } = gradientClippings.find(name);
  expect(options.safeParse({ name, maximum: 0 }).success).toBe(false);
  expect(options.safeParse({ name }).success).toBe(false);
});
