import { describe, expect, it } from 'vitest';
import { decayPerStep, epochsPerTenfold, freeDecay } from '../../../common/cascade/decay-clock.ts';

const sgd = (weightDecay: number, momentum = 0.9) => ({ name: 'sgd', momentum, weightDecay });
const adam = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 5e-4 };

/** What torch 2 gives in float64 for a weight of 0.05 whose gradient is zero, divided by 0.05. */
const PYTORCH = {
  sgd: [0.99995, 0.9998550024999999, 0.999719511999875, 0.9979318503274851, 0.9553437983203829],
  adam: [
    0.9800079968012795, 0.9600276155361517, 0.9400668546558916, 0.8016026842310772, -0.0077554526338729805,
  ],
};
const AFTER = [1, 2, 3, 10, 100];

describe('epochs per tenfold shrink', () => {
  // Literature values rest on the closed form, and the exact rate differs from it by less than 1% here.
  // Training images ÷ batch, rounded up: ImageNet 1,281,167, CIFAR 50,000, MNIST 60,000.
  it.each([
    ['ImageNet, batch 256', 1_281_167 / 256, 0.1, 1e-4, 4.6],
    ['ImageNet at rate 0.001', 1_281_167 / 256, 0.001, 1e-4, 460],
    ['CIFAR, batch 128', 50_000 / 128, 0.1, 5e-4, 11.8],
    ['CIFAR at decay 1e-3', 50_000 / 128, 0.1, 1e-3, 5.9],
    ['CIFAR at decay 1e-4', 50_000 / 128, 0.1, 1e-4, 59],
    ['CIFAR at rate 0.01', 50_000 / 128, 0.01, 5e-4, 118],
    ['CIFAR, batch 32', 50_000 / 32, 0.1, 5e-4, 2.9],
    ['MNIST, batch 128', 60_000 / 128, 0.1, 5e-4, 9.8],
  ])('%s', (_, steps, rate, weightDecay, expected) => {
    const epochs = epochsPerTenfold({
      optimizer: sgd(weightDecay),
      rate,
      stepsPerEpoch: Math.ceil(steps),
      magnitude: 0.05,
    });
    expect(Math.abs(epochs / expected - 1)).toBeLessThan(0.02);
    const closedForm = (Math.LN10 * 0.1) / (rate * weightDecay * Math.ceil(steps));
    expect(Math.abs(closedForm / expected - 1)).toBeLessThan(0.02);
  });

  it('is what the simulation needs', () => {
    const setting = { optimizer: sgd(5e-4), stepsPerEpoch: 469, magnitude: 0.05 };
    const epochs = epochsPerTenfold({ ...setting, rate: 0.1 });
    const factors = freeDecay({ ...setting, rates: Array<number>(10).fill(0.1) });
    expect(factors[9]).toBeCloseTo(10 ** (-10 / epochs), 3);
    const tenfold = epochsPerTenfold({ ...setting, optimizer: adam, rate: 1e-3 });
    expect(
      freeDecay({ ...setting, optimizer: adam, rates: [1e-3], stepsPerEpoch: tenfold * 469 })[0],
    ).toBeLessThanOrEqual(0.1);
  });

  it('is never for a weight that does not decay', () => {
    const setting = { rate: 0.1, stepsPerEpoch: 100, magnitude: 1 };
    expect(epochsPerTenfold({ ...setting, optimizer: sgd(0) })).toBe(Infinity);
    expect(epochsPerTenfold({ ...setting, optimizer: sgd(1e-3), rate: 0 })).toBe(Infinity);
    expect(epochsPerTenfold({ ...setting, optimizer: { name: 'adam', weightDecay: 0 } })).toBe(Infinity);
  });
});

describe('the factor of one SGD step', () => {
  it.each([
    [0.1, 1e-4, 0.9],
    [0.01, 5e-4, 0.9],
    [0.1, 1e-4, 0],
    [0.05, 1e-3, 0.5],
  ])('is about exp(−ηλ/(1 − μ)) at η %f, λ %f, μ %f', (rate, weightDecay, momentum) => {
    const approximate = Math.exp((-rate * weightDecay) / (1 - momentum));
    const exact = decayPerStep(rate, weightDecay, momentum);
    expect(Math.log(exact) / Math.log(approximate)).toBeCloseTo(1, 2);
  });

  it('is √μ where the weight swings about zero', () => {
    expect(decayPerStep(1, 1, 0.9)).toBeCloseTo(Math.sqrt(0.9), 12);
  });
});

describe('Nesterov and AdamW', () => {
  // One weight of torch.optim.SGD(nesterov=True, momentum=0.9, weight_decay=5e-4, lr=0.1), gradient zero but for decay,
  // after the start is forgotten: r solves r² − (1 + μ)(1 − ηλ)·r + μ(1 − ηλ) = 0.
  it.each([
    [0.1, 5e-4, 0.9],
    [0.1, 0.01, 0.9],
    [0.01, 1e-4, 0.5],
  ])('Nesterov’s factor is the larger root, at η %f, λ %f, μ %f', (rate, weightDecay, momentum) => {
    const r = decayPerStep(rate, weightDecay, momentum, true);
    const kept = 1 - rate * weightDecay;
    expect(r ** 2 - (1 + momentum) * kept * r + momentum * kept).toBeCloseTo(0, 14);
    expect(r).toBeLessThan(1);
    const optimizer = { name: 'sgd', momentum, weightDecay, nesterov: true };
    const [before, after] = freeDecay({ optimizer, rates: [rate, rate], stepsPerEpoch: 200, magnitude: 1 });
    expect((after! / before!) ** (1 / 200)).toBeCloseTo(r, 6);
  });

  it('AdamW shrinks by 1 − ηλ a step, whatever its moments', () => {
    const optimizer = { name: 'adamw', weightDecay: 0.1 };
    const [factor] = freeDecay({ optimizer, rates: [0.01], stepsPerEpoch: 100, magnitude: 5 });
    expect(factor).toBeCloseTo(0.999 ** 100, 12);
    const tenfold = epochsPerTenfold({ optimizer, rate: 0.01, stepsPerEpoch: 100, magnitude: 5 });
    expect(0.999 ** (100 * tenfold)).toBeCloseTo(0.1, 12);
    expect(
      epochsPerTenfold({
        optimizer: { name: 'adamw', weightDecay: 0 },
        rate: 1,
        stepsPerEpoch: 1,
        magnitude: 1,
      }),
    ).toBe(Infinity);
  });

  it('AdamW decays by 0.01 unless told', () => {
    const [factor] = freeDecay({ optimizer: { name: 'adamw' }, rates: [1], stepsPerEpoch: 1, magnitude: 1 });
    expect(factor).toBeCloseTo(0.99, 12);
  });
});

describe('free decay', () => {
  const after = (optimizer: { name: string }, steps: number, rate: number): number =>
    freeDecay({ optimizer, rates: [rate], stepsPerEpoch: steps, magnitude: 0.05 })[0]!;

  it.each(AFTER.map((steps, index) => [steps, index] as const))(
    'follows PyTorch after %i steps',
    (steps, index) => {
      expect(after(sgd(5e-4), steps, 0.1)).toBeCloseTo(PYTORCH.sgd[index]!, 14);
      expect(after(adam, steps, 1e-3)).toBeCloseTo(Math.abs(PYTORCH.adam[index]!), 13);
    },
  );

  it('of Adam is what the rule gives by hand', () => {
    // Step 1: both corrected moments are the gradient's own, so w falls by η·g/(g + ε), g = λ·w.
    const gradient = 5e-4 * 0.05;
    const first = 0.05 - (1e-3 * gradient) / (gradient + 1e-8);
    expect(after(adam, 1, 1e-3)).toBeCloseTo(first / 0.05, 15);
    const second = 5e-4 * first;
    const moment = (0.9 * 0.1 * gradient + 0.1 * second) / (1 - 0.9 ** 2);
    const square = (0.999 * 0.001 * gradient ** 2 + 0.001 * second ** 2) / (1 - 0.999 ** 2);
    expect(after(adam, 2, 1e-3)).toBeCloseTo(
      (first - (1e-3 * moment) / (Math.sqrt(square) + 1e-8)) / 0.05,
      13,
    );
  });

  it('of SGD does not depend on the magnitude, and of Adam does', () => {
    const of = (optimizer: { name: string }, magnitude: number) =>
      freeDecay({ optimizer, rates: [1e-3, 1e-3], stepsPerEpoch: 20, magnitude });
    expect(of(sgd(0.1), 1e-3)[1]).toBeCloseTo(of(sgd(0.1), 10)[1]!, 12);
    expect(of(adam, 0.1)[1]).toBeLessThan(of(adam, 1)[1]! - 0.1);
  });

  it('follows the rate of each epoch', () => {
    const [one, two, three] = freeDecay({
      optimizer: sgd(1e-2),
      rates: [0.1, 0.001, 0],
      stepsPerEpoch: 200,
      magnitude: 1,
    }) as [number, number, number];
    expect(one).toBeCloseTo(Math.exp(-2), 1);
    expect(two / one).toBeCloseTo(Math.exp(-0.02), 1);
    expect(three).toBe(two);
  });

  it('is none without decay, and of an unknown optimizer', () => {
    const setting = { rates: [0.1, 0.1], stepsPerEpoch: 10, magnitude: 1 };
    expect(freeDecay({ ...setting, optimizer: sgd(0) })).toEqual([1, 1]);
    expect(freeDecay({ ...setting, optimizer: { name: 'sgd' } })).toEqual([1, 1]);
    expect(freeDecay({ ...setting, optimizer: { name: 'lion', weightDecay: 1 } })).toEqual([1, 1]);
  });

  it('counts from 1 where the weight is already zero', () => {
    const [factor] = freeDecay({ optimizer: sgd(1e-2), rates: [0.1], stepsPerEpoch: 10, magnitude: 0 });
    expect(factor).toBeGreaterThan(0);
    expect(factor).toBeLessThan(1);
  });
});
