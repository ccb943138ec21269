import { describe, expect, test } from 'vitest';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import { schedules } from '../../../../main/trainer/pruning/schedules/registry.ts';

/** Four epochs of ten steps, to a sparsity of 0.8. */
const context = { steps: 40, stepsPerEpoch: 10, sparsity: 0.8 };

const stepsOf = (given: NamedOptions) => schedules.open(given).steps(context);
const refusalOf = (given: NamedOptions) => schedules.open(given).refusal(context);

function expectPrunings(given: NamedOptions, wanted: [step: number, sparsity: number][]): void {
  const found = stepsOf(given);
  expect(found.map(({ step }) => step)).toEqual(wanted.map(([step]) => step));
  found.forEach(({ sparsity }, index) => expect(sparsity).toBeCloseTo(wanted[index]![1], 12));
}

describe('gradual pruning', () => {
  test('Zhu & Gupta’s cubic at each update', () => {
    // s_t = 0.8 − 0.8 · (1 − t/4)³ at t = 0 … 4: 0 (left out), 0.8 · (1 − 27/64), 0.8 · (1 − 8/64), 0.8 · (1 − 1/64), 0.8.
    expectPrunings({ name: 'gradual-cubic', until: 4 }, [
      [10, 0.4625],
      [20, 0.7],
      [30, 0.7875],
      [40, 0.8],
    ]);
  });

  test('the cubic from an initial sparsity, over steps', () => {
    // s_i = 0.2: 0.8 − 0.6 · (1 − t/2)³ at t = 0, 1, 2.
    expectPrunings({ name: 'gradual-cubic', from: '5it', until: '15it', every: '5it', initial: 0.2 }, [
      [5, 0.2],
      [10, 0.725],
      [15, 0.8],
    ]);
  });

  test('linear: the same number at every pruning', () => {
    expectPrunings({ name: 'gradual-linear', until: 4, every: 2 }, [
      [20, 0.4],
      [40, 0.8],
    ]);
  });

  test('exponential: the same share of what is left', () => {
    // Kept: 0.2^(1/2) = 0.4472…, then 0.2.
    expectPrunings({ name: 'gradual-exponential', until: 4, every: 2 }, [
      [20, 1 - Math.sqrt(0.2)],
      [40, 0.8],
    ]);
  });

  test.each([
    [{ until: 5 }, /training has only 40 steps \(4 epochs\)/],
    [{ from: 2, until: 2 }, /must begin before it ends/],
    [{ until: 4, every: 3 }, /no multiple of the 30 between/],
    [{ until: 4, initial: 0.8 }, /must be below the final one, 0\.8/],
  ])('%j is refused', (options, message) => {
    expect(refusalOf({ name: 'gradual-cubic', ...options })).toMatch(message);
  });

  test('one that fits is not refused', () => {
    expect(refusalOf({ name: 'gradual-cubic', from: 1, until: 4 })).toBeNull();
  });
});

describe('prunings by hand', () => {
  const listed = (...prunings: { after: number | string; sparsity: number }[]): NamedOptions => ({
    name: 'listed',
    prunings,
  });

  test('happen when the list says', () => {
    expectPrunings(
      listed({ after: 0, sparsity: 0.1 }, { after: '15it', sparsity: 0.5 }, { after: 4, sparsity: 0.8 }),
      [
        [0, 0.1],
        [15, 0.5],
        [40, 0.8],
      ],
    );
  });

  test.each([
    [listed({ after: 2, sparsity: 0.4 }, { after: 1, sparsity: 0.8 }), /in the order of their times/],
    [
      listed({ after: 1, sparsity: 0.8 }, { after: 2, sparsity: 0.8 }),
      /a higher sparsity than the one before/,
    ],
    [listed({ after: 5, sparsity: 0.8 }), /after 50 steps, never happens: training has only 40/],
    [listed({ after: 1, sparsity: 0.7 }), /reaches 0\.7, but the sparsity of the pruning is 0\.8/],
  ])('%j is refused', (given, message) => {
    expect(refusalOf(given)).toMatch(message);
  });
});

describe('one-shot and iterative', () => {
  test('a pruning after the training is over is refused', () => {
    expect(refusalOf({ name: 'one-shot', epoch: 4 })).toBeNull();
    expect(refusalOf({ name: 'one-shot', epoch: 0 })).toBeNull();
    expect(refusalOf({ name: 'one-shot', epoch: 5 })).toMatch(
      /epoch 5 never happens.*only 4 training epochs/,
    );
    expect(refusalOf({ name: 'one-shot', epoch: '41it' })).toMatch(/after 41it never happens/);
  });

  test('rounds or a fraction, not both and not neither', () => {
    const { options } = schedules.find('iterative');
    const parse = (given: object): boolean => options.safeParse({ name: 'iterative', ...given }).success;
    expect(parse({ rounds: 3 })).toBe(true);
    expect(parse({ fraction: 0.2 })).toBe(true);
    expect(parse({})).toBe(false);
    expect(parse({ rounds: 3, fraction: 0.2 })).toBe(false);
  });

  test('a fraction that takes too many rounds is refused', () => {
    expect(refusalOf({ name: 'iterative', fraction: 0.5 })).toBeNull();
    expect(refusalOf({ name: 'iterative', fraction: 1e-4 })).toMatch(/more than 1000 rounds/);
  });
});
