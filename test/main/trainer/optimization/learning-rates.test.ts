import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { learningRates } from '../../../../main/trainer/optimization/learning-rates/registry.ts';

const rates = (options: { name: string; [option: string]: unknown }, epochs: number): number[] =>
  Array.from({ length: epochs }, (_, index) =>
    learningRates.open(options).rate({ step: index * 7, steps: epochs * 7, stepsPerEpoch: 7 }),
  );
const close = (found: number[], wanted: number[]): void => {
  expect(found).toHaveLength(wanted.length);
  found.forEach((rate, index) => expect(rate, `epoch ${index + 1}`).toBeCloseTo(wanted[index]!, 12));
};

test('constant', () => {
  expect(rates({ name: 'constant', rate: 0.1 }, 3)).toEqual([0.1, 0.1, 0.1]);
});

describe('steps, as PyTorch’s MultiStepLR', () => {
  test('multiply the rate after each milestone', () => {
    // torch: MultiStepLR(optimizer, [2, 4], 0.1), stepped after every epoch.
    close(
      rates({ name: 'steps', rate: 0.1, milestones: [2, 4], factor: 0.1 }, 6),
      [0.1, 0.1, 0.01, 0.01, 0.001, 0.001],
    );
  });

  test('do not depend on the milestones’ order, and count a repeated one twice', () => {
    close(rates({ name: 'steps', rate: 1, milestones: [3, 1], factor: 0.5 }, 4), [1, 0.5, 0.5, 0.25]);
    close(rates({ name: 'steps', rate: 1, milestones: [1, 1], factor: 0.5 }, 2), [1, 0.25]);
  });

  test('divide by ten unless told', () => {
    close(rates({ name: 'steps', rate: 1, milestones: [1] }, 2), [1, 0.1]);
  });
});

describe('cosine, as PyTorch’s CosineAnnealingLR with T_max = epochs', () => {
  test('falls along half a cosine', () => {
    // 0.1 · (1 + cos(π t / 4)) / 2 for t = 0 … 3.
    const half = Math.SQRT1_2;
    close(rates({ name: 'cosine', rate: 0.1 }, 4), [0.1, 0.05 * (1 + half), 0.05, 0.05 * (1 - half)]);
  });

  test('towards its minimum', () => {
    // 0.02 + 0.08 · (1 + cos(π t / 3)) / 2 for t = 0, 1, 2.
    close(rates({ name: 'cosine', rate: 0.1, minimum: 0.02 }, 3), [0.1, 0.08, 0.04]);
  });

  test('refuses a minimum above the first rate', () => {
    const { options } = learningRates.find('cosine');
    expect(options.safeParse({ name: 'cosine', rate: 0.1, minimum: 0.1 }).success).toBe(true);
    expect(options.safeParse({ name: 'cosine', rate: 0.1, minimum: 0.2 }).error?.issues).toMatchObject([
      { path: ['minimum'], message: 'must be at most the rate of the first epoch' },
    ]);
  });
});

describe('steps', () => {
  test('may stand within epochs', () => {
    const place = (step: number) => ({ step, steps: 21, stepsPerEpoch: 7 });
    const { rate } = learningRates.open({ name: 'steps', rate: 1, milestones: ['10it', 2] });
    expect([0, 9, 10, 13, 14].map((step) => rate(place(step)))).toEqual([
      1,
      1,
      0.1,
      0.1,
      expect.closeTo(0.01, 12),
    ]);
  });
});

describe('a warm-up', () => {
  const at = (options: { name: string; [option: string]: unknown }, step: number, steps = 40): number =>
    learningRates.open(options).rate({ step, steps, stepsPerEpoch: 10 });
  const warmup = { length: '4it', from: 0.2 };

  test('rises in a straight line, step by step, and is over after its length', () => {
    const options = { name: 'constant', rate: 10, warmup };
    close(
      [0, 1, 2, 3, 4, 5, 39].map((step) => at(options, step)),
      [2, 4, 6, 8, 10, 10, 10],
    );
  });

  test('counts whole epochs in their steps, and loses no step at a rate of nothing', () => {
    const options = { name: 'constant', rate: 10, warmup: { length: 2 } };
    close(
      [0, 5, 10, 20].map((step) => at(options, step)),
      [0.5, 0.5 + (9.5 * 5) / 20, 0.5 + 9.5 / 2, 10],
    );
  });

  test('leaves milestones where they are, or moves them', () => {
    const steps = { name: 'steps', rate: 1, milestones: [1] };
    const changes = (options: { name: string; [option: string]: unknown }): number =>
      Array.from({ length: 40 }, (_, step) => step).findLast((step) => at(options, step) === 1)! + 1;
    expect(changes({ ...steps, warmup })).toBe(10);
    expect(changes({ ...steps, warmup: { ...warmup, schedule: 'waits' } })).toBe(14);
  });

  test('that is longer than the training never ends', () => {
    for (const name of ['constant', 'cosine', 'linear', 'one-cycle'])
      for (const schedule of ['runs', 'waits']) {
        const options = { name, rate: 1, warmup: { length: 9, schedule } };
        for (let step = 0; step < 40; step++) {
          expect(at(options, step)).toBeGreaterThan(0);
          expect(at(options, step)).toBeLessThan(0.51);
        }
      }
  });
});

test.each(learningRates.all.map(({ name }) => [name]))(
  '%s gives a number of 0 … its rate, however short the training',
  (name) => {
    const options = { name, rate: 0.5, factor: 0.7, milestones: [1] };
    const known = Object.keys(learningRates.find(name).options.shape);
    const given = Object.fromEntries(Object.entries(options).filter(([key]) => known.includes(key)));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 12 }),
        (steps, stepsPerEpoch) => {
          for (let step = 0; step < steps; step++) {
            const rate = learningRates.open({ ...given, name }).rate({ step, steps, stepsPerEpoch });
            expect(rate).toBeGreaterThanOrEqual(0);
            expect(rate).toBeLessThanOrEqual(0.5 * (1 + 1e-12));
          }
        },
      ),
    );
  },
);
