import { describe, expect, test } from 'vitest';
import { learningRates } from '../../../../main/trainer/optimization/learning-rates/registry.ts';

const rates = (options: { name: string; [option: string]: unknown }, epochs: number): number[] =>
  Array.from({ length: epochs }, (_, index) =>
    learningRates.find(options.name).rate(options, { step: index * 7, steps: epochs * 7, stepsPerEpoch: 7 }),
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
