import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import { optimizers } from '../../../../main/trainer/optimization/optimizers/registry.ts';
import { openEngine, type Engine, type Tensor } from '../../../../main/trainer/tensorflow/engine.ts';

let engine: Engine;
beforeAll(() => {
  engine = openEngine({ device: 'cpu', precision: 'float64' });
});
afterAll(() => engine?.dispose());

interface Lone {
  weight: number;
  slots: number[];
}

interface Way {
  weight: number;
  gradient: number;
  steps: number;
  rate: number;
  mask?: number;
  /** Of the optimizer's state at the start; zero by default. */
  slots?: number[];
  decays?: boolean;
}

/** One weight on its way: `steps` updates with the given gradient. */
function follow(
  options: NamedOptions,
  { weight, gradient, steps, rate, mask, slots, decays = true }: Way,
): Lone {
  const optimizer = optimizers.open(options);
  const { tf } = engine;
  const value = (x: number): Tensor => engine.constant(Float64Array.of(x), [1], 'float64');
  const read = (tensor: Tensor): number => {
    const handle = engine.handleOf(tensor);
    const [found] = engine.download(handle) as Float64Array;
    handle.release();
    return found!;
  };
  let lone: Lone = { weight, slots: slots ?? optimizer.slots.map(() => 0) };
  for (let step = 1; step <= steps; step++)
    tf.tidy(() => {
      const updated = optimizer.update({
        engine,
        weight: value(lone.weight),
        gradient: value(gradient),
        slots: lone.slots.map(value),
        mask: mask === undefined ? null : value(mask),
        decays,
        scalars: optimizer.scalars(rate, step).map((x) => engine.scalar(x)),
      });
      lone = { weight: read(updated.weight), slots: updated.slots.map(read) };
    });
  return lone;
}

describe.each(optimizers.all.map(({ name }) => [name]))('%s', (name) => {
  const options = { name, weightDecay: 0.1 };

  test.each(name === 'sgd' ? [{}, { nesterov: true }] : [{}])(
    'leaves a pruned weight and its state at zero, whatever its gradient (%o)',
    (more) => {
      const { weight, slots } = follow(
        { ...options, ...more },
        { weight: 0, gradient: 3, steps: 5, rate: 0.1, mask: 0 },
      );
      expect([weight, ...slots].every((x) => x === 0)).toBe(true);
    },
  );

  test('does not shrink a free weight that does not decay', () => {
    expect(follow(options, { weight: 0.7, gradient: 0, steps: 5, rate: 0.1, decays: false }).weight).toBe(
      0.7,
    );
    const without = { ...options, weightDecay: 0 };
    expect(follow(without, { weight: 0.7, gradient: 0, steps: 5, rate: 0.1 }).weight).toBe(0.7);
  });

  test.each(name === 'sgd' ? [{}, { nesterov: true }] : [{}])(
    'takes the free step that training takes where the loss gives no gradient, to the bit (%o)',
    (more) => {
      const [given, rate] = [{ ...options, ...more }, 0.01];
      const optimizer = optimizers.open(given);
      const freeStep = optimizer.freeStep();
      const slots = name === 'sgd' ? [0.3] : [0.3, 0.02];
      const free = { weight: Float64Array.of(0.7), slots: slots.map((slot) => Float64Array.of(slot)) };
      const trained = follow(given, { weight: 0.7, gradient: 0, steps: 60, rate, slots });
      for (let step = 1; step <= 60; step++) freeStep(free, optimizer.scalars(rate, step));
      expect([free.weight[0], ...free.slots.map(([slot]) => slot)]).toEqual([
        trained.weight,
        ...trained.slots,
      ]);
    },
  );

  test('does shrink one that decays', () => {
    const { weight } = follow(options, { weight: 0.7, gradient: 0, steps: 5, rate: 0.01 });
    expect(weight).toBeLessThan(0.7);
    expect(weight).toBeGreaterThan(0);
  });
});

describe('SGD with Nesterov’s look-ahead', () => {
  test('by hand', () => {
    // g = 1 + 0.5·2 = 2; v = 2, w = 2 − 0.1·(2 + 0.9·2) = 1.62. Then g = 1.81; v = 3.61, w = 1.62 − 0.1·(1.81 + 3.249).
    const options = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.5 };
    const { weight, slots } = follow(options, { weight: 2, gradient: 1, steps: 2, rate: 0.1 });
    expect(slots[0]).toBeCloseTo(3.61, 12);
    expect(weight).toBeCloseTo(1.1141, 12);
  });

  test('shrinks a free weight by the larger root of its recurrence', () => {
    const [rate, decay, momentum] = [0.1, 0.02, 0.9];
    const options = { name: 'sgd', momentum, nesterov: true, weightDecay: decay };
    const setting = { gradient: 0, rate };
    const [before, after] = [400, 401].map(
      (steps) => follow(options, { ...setting, weight: 1, steps }).weight,
    );
    // r² − (1 + μ)(1 − p)·r + μ(1 − p) = 0 for p = η·λ.
    const pull = rate * decay;
    const sum = (1 + momentum) * (1 - pull);
    const root = (sum + Math.sqrt(sum ** 2 - 4 * momentum * (1 - pull))) / 2;
    expect(after! / before!).toBeCloseTo(root, 10);
  });

  test('needs momentum', () => {
    const { options } = optimizers.find('sgd');
    expect(options.safeParse({ name: 'sgd', nesterov: true }).success).toBe(true);
    expect(options.safeParse({ name: 'sgd', nesterov: true, momentum: 0 }).error?.issues).toMatchObject([
      { path: ['nesterov'], message: 'needs a momentum above 0' },
    ]);
  });
});

describe('AdamW', () => {
  test('shrinks a free weight by 1 − η·λ in every step', () => {
    const options = { name: 'adamw', weightDecay: 0.3 };
    const { weight, slots } = follow(options, { weight: 2, gradient: 0, steps: 50, rate: 0.02 });
    expect(weight).toBeCloseTo(2 * (1 - 0.02 * 0.3) ** 50, 12);
    expect(slots).toEqual([0, 0]);
  });

  test('moves by about the rate, whatever the gradient’s size', () => {
    for (const gradient of [1e-3, 1, 1e3]) {
      const { weight } = follow(
        { name: 'adamw', weightDecay: 0 },
        { weight: 1, gradient, steps: 1, rate: 0.01 },
      );
      expect(weight).toBeCloseTo(0.99, 6);
    }
  });

  test('decays by 0.01 unless told, as PyTorch’s', () => {
    const { weight } = follow({ name: 'adamw' }, { weight: 1, gradient: 0, steps: 1, rate: 0.1 });
    expect(weight).toBeCloseTo(0.999, 12);
  });
});
