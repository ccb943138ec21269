import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { NamedOptions } from '../../common/run-specification.ts';
import { learningRates } from '../../main/trainer/optimization/learning-rates/registry.ts';

/**
 * The rate of every step against PyTorch's schedulers. A golden file stands in where CASCADE_PYTHON is absent;
 * CASCADE_PARITY_GOLDEN=write makes it anew.
 */
const python = process.env['CASCADE_PYTHON'];
const golden = join(import.meta.dirname, 'golden', 'learning-rates.json');

const STEPS_PER_EPOCH = 5;
const EPOCHS = 12;
const STEPS = STEPS_PER_EPOCH * EPOCHS;
const RATE = 0.4;

interface Scheduler {
  kind: string;
  options: Record<string, unknown>;
}

interface ScheduleCase {
  name: string;
  ours: NamedOptions;
  /** PyTorch's, and the optimizer steps after which each is stepped. */
  theirs: (Scheduler & { every: number })[];
}

const everyEpoch = (kind: string, options: Record<string, unknown>) => ({
  kind,
  options,
  every: STEPS_PER_EPOCH,
});
const everyStep = (kind: string, options: Record<string, unknown>) => ({ kind, options, every: 1 });
const WARM_UP = { length: '7it', from: 0.1 };
const warmUp = everyStep('LinearLR', { start_factor: 0.1, total_iters: 7 });
const cosineOf = (T_max: number, eta_min = 0) => ({ T_max, eta_min });

const cases: readonly ScheduleCase[] = [
  { name: 'constant', ours: { name: 'constant' }, theirs: [everyEpoch('ConstantLR', { factor: 1 })] },
  {
    name: 'steps',
    ours: { name: 'steps', milestones: [3, 9, 6], factor: 0.2 },
    theirs: [everyEpoch('MultiStepLR', { milestones: [3, 6, 9], gamma: 0.2 })],
  },
  {
    name: 'steps within epochs',
    ours: { name: 'steps', milestones: ['13it', '41it'] },
    theirs: [everyStep('MultiStepLR', { milestones: [13, 41], gamma: 0.1 })],
  },
  {
    name: 'cosine',
    ours: { name: 'cosine', minimum: 0.03 },
    theirs: [everyEpoch('CosineAnnealingLR', cosineOf(EPOCHS, 0.03))],
  },
  {
    name: 'cosine by step',
    ours: { name: 'cosine', per: 'step' },
    theirs: [everyStep('CosineAnnealingLR', cosineOf(STEPS))],
  },
  {
    name: 'linear',
    ours: { name: 'linear', minimum: 0.1 },
    theirs: [everyEpoch('LinearLR', { start_factor: 1, end_factor: 0.25, total_iters: EPOCHS })],
  },
  {
    name: 'linear by step',
    ours: { name: 'linear', per: 'step' },
    theirs: [everyStep('LinearLR', { start_factor: 1, end_factor: 0, total_iters: STEPS })],
  },
  {
    name: 'exponential',
    ours: { name: 'exponential', factor: 0.8 },
    theirs: [everyEpoch('ExponentialLR', { gamma: 0.8 })],
  },
  {
    name: 'exponential by step',
    ours: { name: 'exponential', factor: 0.95, per: 'step' },
    theirs: [everyStep('ExponentialLR', { gamma: 0.95 })],
  },
  {
    name: 'one-cycle',
    ours: { name: 'one-cycle' },
    theirs: [everyStep('OneCycleLR', { max_lr: RATE, total_steps: STEPS, cycle_momentum: false })],
  },
  {
    name: 'one-cycle, linear, of another shape',
    ours: { name: 'one-cycle', rise: 0.43, anneal: 'linear', startDivisor: 10, endDivisor: 50 },
    theirs: [
      everyStep('OneCycleLR', {
        max_lr: RATE,
        total_steps: STEPS,
        pct_start: 0.43,
        anneal_strategy: 'linear',
        div_factor: 10,
        final_div_factor: 50,
        cycle_momentum: false,
      }),
    ],
  },
  {
    name: 'warm-up and steps',
    ours: { name: 'steps', milestones: [1, 6], warmup: WARM_UP },
    theirs: [warmUp, everyEpoch('MultiStepLR', { milestones: [1, 6], gamma: 0.1 })],
  },
  {
    name: 'warm-up and exponential',
    ours: { name: 'exponential', factor: 0.9, warmup: { ...WARM_UP, length: 2 } },
    theirs: [
      everyStep('LinearLR', { start_factor: 0.1, total_iters: 2 * STEPS_PER_EPOCH }),
      everyEpoch('ExponentialLR', { gamma: 0.9 }),
    ],
  },
  {
    name: 'warm-up from zero',
    ours: { name: 'constant', warmup: { length: 2 } },
    // LinearLR refuses to begin at zero, where a step would be lost: one part in as many as there are steps is where ours begins.
    theirs: [
      everyStep('LinearLR', {
        start_factor: 1 / (2 * STEPS_PER_EPOCH),
        total_iters: 2 * STEPS_PER_EPOCH,
      }),
    ],
  },
  {
    name: 'warm-up, then cosine',
    ours: { name: 'cosine', per: 'step', minimum: 0.02, warmup: { ...WARM_UP, schedule: 'waits' } },
    theirs: [
      everyStep('SequentialLR', {
        schedulers: [warmUp, { kind: 'CosineAnnealingLR', options: cosineOf(STEPS - 7, 0.02) }],
        milestones: [7],
      }),
    ],
  },
];

function reference(): Record<string, number[]> {
  if (!python) return JSON.parse(readFileSync(golden, 'utf8')) as Record<string, number[]>;
  const folder = mkdtempSync(join(tmpdir(), 'cascade-rates-'));
  try {
    const asked = cases.map(({ name, theirs }) => ({ name, rate: RATE, steps: STEPS, schedulers: theirs }));
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(asked));
    execFileSync(python, [join(import.meta.dirname, 'learning_rates_reference.py'), folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const result = join(folder, 'rates.json');
    if (process.env['CASCADE_PARITY_GOLDEN'] === 'write') copyFileSync(result, golden);
    return JSON.parse(readFileSync(result, 'utf8')) as Record<string, number[]>;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const theirs = reference();

test.each(cases)('$name', ({ name, ours }) => {
  const { rate } = learningRates.open({ ...ours, rate: RATE });
  const wanted = theirs[name]!;
  expect(wanted).toHaveLength(STEPS);
  wanted.forEach((theirRate, step) => {
    const found = rate({ step, steps: STEPS, stepsPerEpoch: STEPS_PER_EPOCH });
    expect(Math.abs(found - theirRate), `step ${step}: ${found} for ${theirRate}`).toBeLessThan(1e-12 * RATE);
  });
});

test('every schedule is compared', () => {
  expect(new Set(cases.map(({ ours }) => ours.name))).toEqual(
    new Set(learningRates.all.map(({ name }) => name)),
  );
});
